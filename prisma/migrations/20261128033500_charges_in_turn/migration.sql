-- By hand throughout: nothing here that Prisma can express.

-- Charges of many customers in one round trip. Each is a transaction of its own, as if it had come alone: none holds a lock
-- while another one runs, and no refusal touches another. Only the disk is waited for once, at the end: a commit is on the
-- disk when a later one is, so the answer, which comes after the last, is as durable as a single charge's.
--
-- The answer has an element for each item, in order: [balance, held, time] of what was written, null where nothing was, or
-- the SQLSTATE of what went wrong.
CREATE PROCEDURE ledger_charge_in_turn(INOUT items jsonb) LANGUAGE plpgsql AS $$
DECLARE
  item record;
  account record;
  posted_at timestamptz(3);
  answer jsonb;
  answers jsonb := '[]';
  -- Whoever waits behind a locked row is another customer. A short wait is worth a second round trip, a long one is not.
  patience text := '20ms';
BEGIN
  FOR item IN
    SELECT * FROM jsonb_to_recordset(items) AS given(
      customer text, amount bigint, id text, owner text, key text, hash text, description text, metadata jsonb,
      api_key text, overdraft boolean
    )
  LOOP
    answer := NULL;
    BEGIN
      PERFORM set_config('synchronous_commit', 'off', true), set_config('lock_timeout', patience, true);

      UPDATE ledger_account
      SET balance_nanos = balance_nanos - item.amount, last_seq = last_seq + 1
      WHERE customer_id = item.customer
        AND CASE WHEN item.overdraft THEN status <> 'closed'
                 ELSE status = 'active' AND balance_nanos - held_nanos >= item.amount END
      RETURNING last_seq, balance_nanos, held_nanos, auto_topup_threshold_nanos INTO account;

      IF FOUND THEN
        posted_at := clock_timestamp();
        -- Never ON CONFLICT: a known key must raise and undo the UPDATE.
        INSERT INTO ledger_transfer (
          customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos, held_after_nanos,
          house_account, source_type, source_id, idempotency_owner, idempotency_key, request_hash, description,
          metadata, api_key_id, occurred_at, created_at
        ) VALUES (
          item.customer, account.last_seq, item.id, 'charge', 'debit', item.amount, account.balance_nanos, account.held_nanos,
          'revenue', 'charge', item.id, item.owner, item.key, item.hash, item.description,
          item.metadata, item.api_key, posted_at, posted_at
        );
        IF account.auto_topup_threshold_nanos IS NOT NULL THEN
          PERFORM ledger_wake_auto_topup(
            item.customer, account.balance_nanos - account.held_nanos + item.amount,
            account.balance_nanos - account.held_nanos, account.auto_topup_threshold_nanos
          );
        END IF;
        answer := jsonb_build_array(account.balance_nanos::text, account.held_nanos::text, posted_at);
      END IF;
    EXCEPTION WHEN OTHERS THEN
      answer := to_jsonb(SQLSTATE);
      IF SQLSTATE = '55P03' THEN patience := '1ms'; END IF; -- many locked rows must not add up
    END;
    COMMIT;
    answers := answers || jsonb_build_array(answer);
  END LOOP;

  -- The commit that is waited for. It must have something to write, or it would wait for nothing.
  PERFORM pg_logical_emit_message(true, 'brim', '');
  COMMIT;
  items := answers;
END
$$;

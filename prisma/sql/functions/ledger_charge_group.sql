-- Writes many charges in order, in one round trip (group commit). Consecutive charges of one customer share a transaction. No
-- transaction touches two customers, so none holds a lock while it waits for another. A charge that fails is rolled back alone.
-- Waits for the disk once, at the end: once a commit is on disk, so are all earlier ones. The result is returned after the last
-- commit, so it is as durable as that of a single charge.
--
-- The result has one element per item, in order: [balance, held, time] if the charge was written, null if not, or the SQLSTATE
-- of an error. After a COMMIT, the next transaction has the session's default isolation level again. Under a stricter level,
-- Postgres would reject the update of an account that was just changed instead of waiting for it.
CREATE OR REPLACE PROCEDURE ledger_charge_group(INOUT items jsonb) LANGUAGE plpgsql AS $$
DECLARE
  item record;
  account record;
  current_customer text;
  posted_at timestamptz(3);
  result jsonb;
  results jsonb := '[]';
  -- Whoever waits behind a locked row is another customer. A short wait saves a second round trip; a long one does not pay.
  max_lock_wait text := '20ms';
  -- Customers whose row was locked. Their later charges are left out, or they would overtake the first.
  locked_customers text[] := '{}';
BEGIN
  FOR item IN
    SELECT * FROM jsonb_to_recordset(items) AS given(
      customer text, amount bigint, id text, owner text, key text, hash text, description text, metadata jsonb,
      api_key text, overdraft boolean
    )
  LOOP
    IF item.customer IS DISTINCT FROM current_customer THEN
      COMMIT;
      -- The call itself has a snapshot already, so the level is named for each transaction after it.
      SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
      PERFORM set_config('synchronous_commit', 'off', true), set_config('lock_timeout', max_lock_wait, true);
      current_customer := item.customer;
    END IF;
    IF item.customer = ANY (locked_customers) THEN
      results := results || to_jsonb('55P03'::text);
      CONTINUE;
    END IF;
    result := NULL;
    BEGIN
      UPDATE public.ledger_account
      SET balance_nanos = balance_nanos - item.amount, last_seq = last_seq + 1
      WHERE customer_id = item.customer
        AND CASE WHEN item.overdraft THEN status <> 'closed'
                 ELSE status = 'active' AND balance_nanos - held_nanos >= item.amount END
      RETURNING last_seq, balance_nanos, held_nanos, auto_topup_threshold_nanos INTO account;

      IF FOUND THEN
        posted_at := clock_timestamp();
        -- Never ON CONFLICT: a known key must raise and undo the UPDATE.
        INSERT INTO public.ledger_transfer (
          customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos, held_after_nanos,
          house_account, source_type, source_id, idempotency_owner, idempotency_key, request_hash, description,
          metadata, api_key_id, occurred_at, created_at
        ) VALUES (
          item.customer, account.last_seq, item.id, 'charge', 'debit', item.amount, account.balance_nanos, account.held_nanos,
          'revenue', 'charge', item.id, item.owner, item.key, item.hash, item.description,
          item.metadata, item.api_key, posted_at, posted_at
        );
        IF account.auto_topup_threshold_nanos IS NOT NULL THEN
          PERFORM public.ledger_wake_auto_topup(
            item.customer, account.balance_nanos - account.held_nanos + item.amount,
            account.balance_nanos - account.held_nanos, account.auto_topup_threshold_nanos
          );
        END IF;
        result := jsonb_build_array(account.balance_nanos::text, account.held_nanos::text, posted_at);
      END IF;
    EXCEPTION WHEN OTHERS THEN
      result := to_jsonb(SQLSTATE);
      IF SQLSTATE = '55P03' THEN
        locked_customers := locked_customers || item.customer;
        max_lock_wait := '1ms'; -- the waits for many locked rows must not add up
      END IF;
    END;
    results := results || jsonb_build_array(result);
  END LOOP;
  COMMIT;

  -- The commit that is waited for. It must have something to write, or it would wait for nothing.
  PERFORM pg_logical_emit_message(true, 'brim', '');
  COMMIT;
  items := results;
END
$$;

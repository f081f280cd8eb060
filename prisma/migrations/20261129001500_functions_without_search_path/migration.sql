-- By hand throughout: nothing here that Prisma can express.

-- What a function does must not depend on the search path of whoever calls it. Most of them set one; those that run with every
-- charge qualify their names instead, which costs nothing, and so does the procedure, because one that sets anything for
-- itself may not commit.
ALTER FUNCTION refuse_change SET search_path = public, pg_temp;
ALTER FUNCTION ledger_refuse_key_of_transfer SET search_path = public, pg_temp;
ALTER FUNCTION ledger_wake_auto_topup SET search_path = public, pg_temp;
ALTER FUNCTION ledger_capture_hold SET search_path = public, pg_temp;
ALTER FUNCTION ledger_release_hold SET search_path = public, pg_temp;
ALTER FUNCTION ledger_expire_hold SET search_path = public, pg_temp;
ALTER FUNCTION ledger_refund_charge SET search_path = public, pg_temp;
ALTER FUNCTION ledger_charge_batch SET search_path = public, pg_temp;
ALTER FUNCTION ledger_adjust SET search_path = public, pg_temp;
ALTER FUNCTION refuse_key_of_topup SET search_path = public, pg_temp;
ALTER FUNCTION topup_refuse_key_of_spending SET search_path = public, pg_temp;

CREATE OR REPLACE FUNCTION ledger_key_names_hold(p_customer text, p_owner text, p_key text) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  RETURN EXISTS (
    SELECT 1 FROM public.ledger_hold h
    WHERE h.customer_id = p_customer AND h.idempotency_owner = p_owner AND h.idempotency_key = p_key
  );
END
$$;

CREATE OR REPLACE FUNCTION ledger_transfer_is_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  broken text;
BEGIN
  IF NEW.kind = 'charge' THEN
    IF NEW.direction <> 'debit' OR NEW.house_account <> 'revenue' THEN
      broken := 'ledger_transfer_kind';
    END IF;
  ELSIF (NEW.kind, NEW.direction, NEW.house_account) NOT IN (
    ('credit', 'credit', 'stripe_clearing'),
    ('stripe_refund', 'debit', 'stripe_clearing'),
    ('stripe_refund_reversal', 'credit', 'stripe_clearing'),
    ('dispute', 'debit', 'disputes'),
    ('dispute_reversal', 'credit', 'disputes'),
    ('refund', 'credit', 'revenue'),
    ('grant', 'credit', 'promotions'),
    ('expiry', 'debit', 'promotions'),
    ('adjustment', 'credit', 'adjustments'),
    ('adjustment', 'debit', 'adjustments')
  ) THEN
    broken := 'ledger_transfer_kind';
  END IF;

  IF NEW.seq <= 0 THEN
    broken := 'ledger_transfer_seq_positive';
  ELSIF NEW.amount_nanos <= 0 THEN
    broken := 'ledger_transfer_amount_positive';
  ELSIF NEW.held_after_nanos < 0 THEN
    broken := 'ledger_transfer_held_not_negative';
  ELSIF NEW.source_revision < 0 THEN
    broken := 'ledger_transfer_revision_not_negative';
  END IF;

  -- A charge and an adjustment are at most a million dollars.
  IF NEW.amount_nanos > 1000000000000000 AND NEW.kind IN ('charge', 'adjustment') THEN
    broken := 'ledger_transfer_amount_at_most';
  END IF;

  -- A credit is one top-up's, whole cents from $5 to $5,000, and there is no second one.
  IF NEW.kind = 'credit' AND NOT (
    NEW.source_type = 'topup' AND NEW.source_revision = 0
    AND NEW.amount_nanos BETWEEN 5000000000 AND 5000000000000 AND NEW.amount_nanos % 10000000 = 0
  ) THEN
    broken := coalesce(broken, 'ledger_transfer_credit_is_a_topup');
  END IF;

  IF NEW.source_type = 'charge' AND (
    NEW.kind <> 'charge' OR NEW.source_id <> NEW.transfer_id OR NEW.source_revision <> 0
  ) THEN
    broken := 'ledger_transfer_charge_is_its_source';
  END IF;

  IF NEW.idempotency_key IS NULL THEN
    IF NEW.idempotency_owner IS NOT NULL THEN
      broken := 'ledger_transfer_key_has_owner';
    END IF;
  ELSIF NEW.idempotency_owner IS NULL THEN
    broken := 'ledger_transfer_key_has_owner';
  ELSIF NEW.request_hash IS NULL THEN
    broken := 'ledger_transfer_key_has_hash';
  END IF;

  IF broken IS NOT NULL THEN
    RAISE EXCEPTION 'a row of "ledger_transfer" violates the rule "%"', broken
      USING ERRCODE = 'check_violation', TABLE = 'ledger_transfer', CONSTRAINT = broken;
  END IF;

  -- Rows that replication brings had their keys looked up where they were written; here the holds may come later.
  IF NEW.idempotency_key IS NULL OR current_setting('session_replication_role') = 'replica' THEN
    RETURN NEW;
  END IF;
  IF public.ledger_key_names_hold(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key) THEN
    RAISE EXCEPTION 'the key % names a hold', NEW.idempotency_key USING ERRCODE = 'unique_violation';
  END IF;
  -- Top-ups are made by customers alone, so the operator's charges, which are most of all, are spared the look.
  IF NEW.idempotency_owner <> 'operator' THEN
    PERFORM public.refuse_key_of_topup(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key);
  END IF;
  RETURN NEW;
END
$$;

-- A transaction that a procedure begins after its COMMIT has the default level of the session again. Under a stricter one an
-- account that somebody else has just changed would not be waited for but refused.
CREATE OR REPLACE PROCEDURE ledger_charge_in_turn(INOUT items jsonb) LANGUAGE plpgsql AS $$
DECLARE
  item record;
  account record;
  posted_at timestamptz(3);
  answer jsonb;
  answers jsonb := '[]';
  -- Whoever waits behind a locked row is another customer. A short wait is worth a second round trip, a long one is not.
  patience text := '20ms';
BEGIN
  -- The call itself has a snapshot already, so the level is named for the transaction after it.
  COMMIT;
  SET TRANSACTION ISOLATION LEVEL READ COMMITTED;

  FOR item IN
    SELECT * FROM jsonb_to_recordset(items) AS given(
      customer text, amount bigint, id text, owner text, key text, hash text, description text, metadata jsonb,
      api_key text, overdraft boolean
    )
  LOOP
    answer := NULL;
    BEGIN
      PERFORM set_config('synchronous_commit', 'off', true), set_config('lock_timeout', patience, true);

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
        answer := jsonb_build_array(account.balance_nanos::text, account.held_nanos::text, posted_at);
      END IF;
    EXCEPTION WHEN OTHERS THEN
      answer := to_jsonb(SQLSTATE);
      IF SQLSTATE = '55P03' THEN patience := '1ms'; END IF; -- many locked rows must not add up
    END;
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    answers := answers || jsonb_build_array(answer);
  END LOOP;

  -- The commit that is waited for. It must have something to write, or it would wait for nothing.
  PERFORM pg_logical_emit_message(true, 'brim', '');
  COMMIT;
  items := answers;
END
$$;

-- Refuses a top-up whose idempotency key names a transfer or a hold. The account's lock comes first: a charge that holds it is
-- then either committed, and seen, or has not looked yet, and will see this row.
CREATE OR REPLACE FUNCTION topup_refuse_key_of_spending() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM ledger_account a WHERE a.customer_id = NEW.customer_id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT 1 FROM ledger_transfer t
    WHERE t.customer_id = NEW.customer_id AND t.idempotency_owner = NEW.idempotency_owner AND t.idempotency_key = NEW.idempotency_key
  ) OR EXISTS (
    SELECT 1 FROM ledger_hold h
    WHERE h.customer_id = NEW.customer_id AND h.idempotency_owner = NEW.idempotency_owner AND h.idempotency_key = NEW.idempotency_key
  ) THEN
    RAISE EXCEPTION 'the key % names a charge or a hold', NEW.idempotency_key USING ERRCODE = 'BRK01';
  END IF;
  RETURN NEW;
END
$$;

-- Refuses a hold whose idempotency key belongs to a transfer or a top-up: a key has one effect, in whichever table. The account
-- is locked by then, and a query in a trigger sees everything committed before it got that lock.
CREATE OR REPLACE FUNCTION ledger_refuse_key_of_transfer() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM ledger_transfer t
    WHERE t.customer_id = NEW.customer_id AND t.idempotency_owner = NEW.idempotency_owner AND t.idempotency_key = NEW.idempotency_key
  ) THEN
    RAISE EXCEPTION 'the key % names a transfer', NEW.idempotency_key USING ERRCODE = 'unique_violation';
  END IF;
  IF NEW.idempotency_owner <> 'operator' THEN
    PERFORM refuse_key_of_topup(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key);
  END IF;
  RETURN NEW;
END
$$;

-- Refuses a top-up whose idempotency key belongs to a transfer, a hold or a refund of a top-up.
CREATE OR REPLACE FUNCTION topup_refuse_key_of_spending() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_key_of_spending(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key);
  IF EXISTS (
    SELECT 1 FROM refund_request r
    WHERE r.customer_id = NEW.customer_id AND r.idempotency_owner = NEW.idempotency_owner
      AND r.idempotency_key = NEW.idempotency_key
  ) THEN
    RAISE EXCEPTION 'the key % names a refund of a top-up', NEW.idempotency_key USING ERRCODE = 'BRK01';
  END IF;
  RETURN NEW;
END
$$;

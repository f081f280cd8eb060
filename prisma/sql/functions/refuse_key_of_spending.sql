-- Refuses an idempotency key that belongs to a transfer or a hold. Locks the account first. A concurrent charge has then either
-- committed, so that its row is visible here, or not yet looked up its key, so that it will see the caller's row.
CREATE OR REPLACE FUNCTION refuse_key_of_spending(p_customer text, p_owner text, p_key text) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM ledger_account a WHERE a.customer_id = p_customer FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT 1 FROM ledger_transfer t
    WHERE t.customer_id = p_customer AND t.idempotency_owner = p_owner AND t.idempotency_key = p_key
  ) OR EXISTS (
    SELECT 1 FROM ledger_hold h
    WHERE h.customer_id = p_customer AND h.idempotency_owner = p_owner AND h.idempotency_key = p_key
  ) THEN
    RAISE EXCEPTION 'the key % names a charge or a hold', p_key USING ERRCODE = 'BRK01';
  END IF;
END
$$;

-- Refuses an idempotency key that belongs to a top-up or a top-up's refund. Raises our own error code (BRK01), because the
-- earlier effect is not one of this request and cannot be replayed. Callers skip the operator's charges, the most frequent
-- kind.
CREATE OR REPLACE FUNCTION refuse_key_of_topup(p_customer text, p_owner text, p_key text) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM topup_intent i
    WHERE i.customer_id = p_customer AND i.idempotency_owner = p_owner AND i.idempotency_key = p_key
  ) THEN
    RAISE EXCEPTION 'the key % names a top-up', p_key USING ERRCODE = 'BRK01';
  END IF;
  IF EXISTS (
    SELECT 1 FROM refund_request r
    WHERE r.customer_id = p_customer AND r.idempotency_owner = p_owner AND r.idempotency_key = p_key
  ) THEN
    RAISE EXCEPTION 'the key % names a refund of a top-up', p_key USING ERRCODE = 'BRK01';
  END IF;
END
$$;

-- Whether an idempotency key names a hold. Sequential scans are ruled out here and not in the trigger, so that a row without
-- a key does not pay for it. Runs with every charge, so it qualifies its names instead of setting the search path.
CREATE OR REPLACE FUNCTION ledger_key_names_hold(p_customer text, p_owner text, p_key text) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  RETURN EXISTS (
    SELECT 1 FROM public.ledger_hold h
    WHERE h.customer_id = p_customer AND h.idempotency_owner = p_owner AND h.idempotency_key = p_key
  );
END
$$;

-- Returns whether an idempotency key belongs to a hold. Disables sequential scans here and not in the trigger, so that rows
-- without a key avoid that cost. It runs for every charge, so it qualifies its names instead of setting the search path.
CREATE OR REPLACE FUNCTION ledger_key_names_hold(p_customer text, p_owner text, p_key text) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  RETURN EXISTS (
    SELECT 1 FROM public.ledger_hold h
    WHERE h.customer_id = p_customer AND h.idempotency_owner = p_owner AND h.idempotency_key = p_key
  );
END
$$;

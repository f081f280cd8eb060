-- Releases a hold. Leaves a hold that was released or has expired unchanged.
CREATE OR REPLACE FUNCTION ledger_release_hold(p_customer text, p_hold text, p_principal text, OUT outcome text)
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
DECLARE
  hold ledger_hold%ROWTYPE;
BEGIN
  SELECT * INTO hold FROM ledger_hold WHERE customer_id = p_customer AND hold_id = p_hold FOR UPDATE;
  IF NOT FOUND THEN outcome := 'not_found'; RETURN; END IF;
  IF p_principal <> 'operator' AND hold.opened_by <> p_principal THEN outcome := 'foreign'; RETURN; END IF;
  IF hold.status = 'captured' THEN outcome := 'already_captured'; RETURN; END IF;
  IF hold.status <> 'open' THEN outcome := 'replayed'; RETURN; END IF;
  UPDATE ledger_hold SET status = 'released', closed_at = clock_timestamp() WHERE customer_id = p_customer AND hold_id = p_hold;
  UPDATE ledger_account SET held_nanos = held_nanos - hold.amount_nanos WHERE customer_id = p_customer;
  outcome := 'released';
END
$$;

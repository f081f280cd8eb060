-- Ends an expired hold. Schedules the next attempt first. If the hold cannot be ended, returns the reason and keeps that
-- schedule, so that the caller can continue with the next hold. The delay grows with the time since the expiry, up to an hour.
-- Skips a hold that is being captured: the capture wins.
CREATE OR REPLACE FUNCTION ledger_expire_hold(
  p_customer text, p_hold text, p_now timestamptz, OUT outcome text, OUT reason text
) LANGUAGE plpgsql SET enable_seqscan = off SET lock_timeout = '1s' SET search_path = public, pg_temp AS $$
DECLARE
  hold public.ledger_hold%ROWTYPE;
BEGIN
  SELECT * INTO hold FROM public.ledger_hold h WHERE h.customer_id = p_customer AND h.hold_id = p_hold
  FOR UPDATE SKIP LOCKED;
  IF NOT FOUND OR hold.status <> 'open' OR hold.expires_at IS NULL OR hold.expires_at > p_now
    OR hold.next_expiry_at > p_now
  THEN
    outcome := 'passed_over';
    RETURN;
  END IF;
  UPDATE public.ledger_hold h
  SET next_expiry_at = p_now + least(interval '1 hour', greatest(interval '1 minute', p_now - hold.expires_at))
  WHERE h.customer_id = p_customer AND h.hold_id = p_hold;
  BEGIN
    UPDATE public.ledger_hold h SET status = 'expired', closed_at = clock_timestamp()
    WHERE h.customer_id = p_customer AND h.hold_id = p_hold;
    UPDATE public.ledger_account a SET held_nanos = a.held_nanos - hold.amount_nanos WHERE a.customer_id = p_customer;
    IF NOT FOUND THEN RAISE EXCEPTION 'the customer has no ledger account'; END IF;
    outcome := 'expired';
  EXCEPTION
    -- Another transaction is in the way: whoever called repeats the whole, or comes again.
    WHEN serialization_failure OR deadlock_detected OR lock_not_available THEN RAISE;
    WHEN OTHERS THEN
      outcome := 'failed';
      reason := SQLERRM;
  END;
END
$$;

-- Records that a charge or hold was refused for lack of balance, and enqueues the evaluation of automatic top-up at most once a
-- second.
CREATE OR REPLACE FUNCTION auto_topup_note_refusal(p_customer text) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE auto_topup_rule SET refused_at = clock_timestamp()
  WHERE customer_id = p_customer AND enabled
    AND (refused_at IS NULL OR refused_at < clock_timestamp() - interval '1 second');
  IF FOUND THEN
    PERFORM graphile_worker.add_job(
      'evaluate-auto-top-up', json_build_object('customerId', p_customer), job_key := 'auto-top-up:' || p_customer
    );
  END IF;
END
$$;

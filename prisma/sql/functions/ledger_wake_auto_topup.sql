-- Enqueues the evaluation of automatic top-up when the available amount has crossed the threshold.
CREATE OR REPLACE FUNCTION ledger_wake_auto_topup(p_customer text, p_before bigint, p_after bigint, p_threshold bigint)
RETURNS void LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
BEGIN
  IF p_before >= p_threshold AND p_after < p_threshold THEN
    PERFORM graphile_worker.add_job(
      'evaluate-auto-top-up', json_build_object('customerId', p_customer), job_key := 'auto-top-up:' || p_customer
    );
  END IF;
END
$$;

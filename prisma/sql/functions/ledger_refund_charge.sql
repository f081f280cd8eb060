-- Refunds a charge in part or, if `p_amount` is null, all that remains. The row with the refunded total is the guard. It is
-- locked before the account, because a sum computed in the same statement would be older than the lock. A refund that is
-- refused because of its key, or because it exceeds the charge, does not write that row.
CREATE OR REPLACE FUNCTION ledger_refund_charge(
  p_customer text, p_charge text, p_amount bigint, p_refund text, p_owner text, p_key text, p_hash text,
  p_description text, p_metadata jsonb, p_api_key text,
  OUT outcome text, OUT refund_id text, OUT amount bigint, OUT balance_after bigint, OUT held_after bigint,
  OUT posted_at timestamptz, OUT refundable bigint
) LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
DECLARE
  charged bigint;
  given bigint;
  account ledger_account%ROWTYPE;
  known ledger_transfer%ROWTYPE;
BEGIN
  SELECT t.amount_nanos INTO charged FROM ledger_transfer t
  WHERE t.customer_id = p_customer AND t.transfer_id = p_charge AND t.kind = 'charge';
  IF NOT FOUND THEN outcome := 'not_found'; RETURN; END IF;

  -- What is refused whatever others do at the same time is refused before the guard is written: so it leaves nothing behind.
  SELECT * INTO known FROM ledger_transfer t
  WHERE t.customer_id = p_customer AND t.idempotency_owner = p_owner AND t.idempotency_key = p_key;
  IF FOUND THEN
    outcome := CASE WHEN known.request_hash = p_hash THEN 'replayed' ELSE 'key_conflict' END;
    refund_id := known.transfer_id;
    amount := known.amount_nanos;
    balance_after := known.balance_after_nanos;
    held_after := known.held_after_nanos;
    posted_at := known.created_at;
    RETURN;
  END IF;
  IF p_amount <= 0 OR p_amount > charged THEN
    SELECT charged - coalesce(sum(r.refunded_nanos), 0) INTO refundable FROM ledger_charge_refund r
    WHERE r.customer_id = p_customer AND r.charge_id = p_charge;
    outcome := 'too_much';
    RETURN;
  END IF;

  INSERT INTO ledger_charge_refund (customer_id, charge_id, charged_nanos, refunded_nanos)
  VALUES (p_customer, p_charge, charged, 0) ON CONFLICT (customer_id, charge_id) DO NOTHING;
  SELECT r.refunded_nanos INTO given FROM ledger_charge_refund r
  WHERE r.customer_id = p_customer AND r.charge_id = p_charge FOR UPDATE;

  -- Again under the lock, and the key before the amount: a replay after all was given back is a success.
  SELECT * INTO known FROM ledger_transfer t
  WHERE t.customer_id = p_customer AND t.idempotency_owner = p_owner AND t.idempotency_key = p_key;
  IF FOUND THEN
    outcome := CASE WHEN known.request_hash = p_hash THEN 'replayed' ELSE 'key_conflict' END;
    refund_id := known.transfer_id;
    amount := known.amount_nanos;
    balance_after := known.balance_after_nanos;
    held_after := known.held_after_nanos;
    posted_at := known.created_at;
    RETURN;
  END IF;

  amount := coalesce(p_amount, charged - given);
  refundable := charged - given;
  IF amount <= 0 OR amount > refundable THEN outcome := 'too_much'; RETURN; END IF;
  UPDATE ledger_charge_refund r SET refunded_nanos = r.refunded_nanos + amount
  WHERE r.customer_id = p_customer AND r.charge_id = p_charge;
  UPDATE ledger_account SET balance_nanos = balance_nanos + amount, last_seq = last_seq + 1
  WHERE customer_id = p_customer RETURNING * INTO account;
  posted_at := clock_timestamp()::timestamptz(3);
  INSERT INTO ledger_transfer (
    customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos, held_after_nanos, house_account,
    source_type, source_id, idempotency_owner, idempotency_key, request_hash, description, metadata, api_key_id,
    occurred_at, created_at
  ) VALUES (
    p_customer, account.last_seq, p_refund, 'refund', 'credit', amount, account.balance_nanos, account.held_nanos, 'revenue',
    'refund', p_refund, p_owner, p_key, p_hash, p_description, p_metadata || jsonb_build_object('charge_id', p_charge), p_api_key,
    posted_at, posted_at
  );
  outcome := 'posted';
  refund_id := p_refund;
  balance_after := account.balance_nanos;
  held_after := account.held_nanos;
END
$$;

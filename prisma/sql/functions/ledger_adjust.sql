-- Adjusts a balance by a signed amount. Locks the account before it looks up the key, so that no concurrent request can write
-- the same key, and checks the key before the balance, as all functions do. A frozen account can be adjusted, a closed one
-- cannot.
CREATE OR REPLACE FUNCTION ledger_adjust(
  p_customer text, p_amount bigint, p_transfer text, p_owner text, p_key text, p_hash text, p_description text,
  p_api_key text, p_may_overdraw boolean,
  OUT outcome text, OUT transfer_id text, OUT amount bigint, OUT balance_after bigint, OUT held_after bigint,
  OUT posted_at timestamptz
) LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
DECLARE
  account ledger_account%ROWTYPE;
  known ledger_transfer%ROWTYPE;
BEGIN
  SELECT * INTO account FROM ledger_account WHERE customer_id = p_customer FOR UPDATE;
  IF NOT FOUND THEN outcome := 'no_account'; RETURN; END IF;

  SELECT * INTO known FROM ledger_transfer t
  WHERE t.customer_id = p_customer AND t.idempotency_owner = p_owner AND t.idempotency_key = p_key;
  IF FOUND THEN
    outcome := CASE WHEN known.request_hash = p_hash THEN 'replayed' ELSE 'key_conflict' END;
    transfer_id := known.transfer_id;
    amount := CASE known.direction WHEN 'credit' THEN known.amount_nanos ELSE -known.amount_nanos END;
    balance_after := known.balance_after_nanos;
    held_after := known.held_after_nanos;
    posted_at := known.created_at;
    RETURN;
  END IF;

  IF account.status = 'closed' THEN outcome := 'account_closed'; RETURN; END IF;
  balance_after := account.balance_nanos;
  held_after := account.held_nanos;
  IF p_amount < 0 AND NOT p_may_overdraw AND account.balance_nanos - account.held_nanos < -p_amount THEN
    outcome := 'insufficient';
    RETURN;
  END IF;

  UPDATE ledger_account SET balance_nanos = balance_nanos + p_amount, last_seq = last_seq + 1
  WHERE customer_id = p_customer RETURNING balance_nanos INTO balance_after;
  posted_at := clock_timestamp()::timestamptz(3);
  INSERT INTO ledger_transfer (
    customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos, held_after_nanos, house_account,
    source_type, source_id, idempotency_owner, idempotency_key, request_hash, description, api_key_id, occurred_at, created_at
  ) VALUES (
    p_customer, account.last_seq + 1, p_transfer, 'adjustment', CASE WHEN p_amount > 0 THEN 'credit' ELSE 'debit' END,
    abs(p_amount), balance_after, held_after, 'adjustments',
    'adjustment', p_transfer, p_owner, p_key, p_hash, p_description, p_api_key, posted_at, posted_at
  );
  outcome := 'posted';
  transfer_id := p_transfer;
  amount := p_amount;
END
$$;

-- Turns a hold into a charge in one round trip. Each statement inside sees everything committed before it got its lock. If
-- `p_amount` is null, captures the whole hold. Writes only if the outcome is `captured`.
CREATE OR REPLACE FUNCTION ledger_capture_hold(
  p_customer text, p_hold text, p_amount bigint, p_charge text, p_principal text, p_api_key text,
  OUT outcome text, OUT charge_id text, OUT amount bigint, OUT balance_after bigint, OUT held_after bigint,
  OUT posted_at timestamptz, OUT hold_status text, OUT hold_amount bigint, OUT hold_expires_at timestamptz
) LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
DECLARE
  hold ledger_hold%ROWTYPE;
  account ledger_account%ROWTYPE;
  taken bigint;
BEGIN
  SELECT * INTO hold FROM ledger_hold WHERE customer_id = p_customer AND hold_id = p_hold FOR UPDATE;
  IF NOT FOUND THEN outcome := 'not_found'; RETURN; END IF;
  hold_status := hold.status;
  hold_amount := hold.amount_nanos;
  hold_expires_at := hold.expires_at;
  IF p_principal <> 'operator' AND hold.opened_by <> p_principal THEN outcome := 'foreign'; RETURN; END IF;
  taken := coalesce(p_amount, hold.amount_nanos);
  IF hold.status = 'captured' THEN
    SELECT t.transfer_id, t.amount_nanos, t.balance_after_nanos, t.held_after_nanos, t.created_at
    INTO charge_id, amount, balance_after, held_after, posted_at
    FROM ledger_transfer t
    WHERE t.customer_id = p_customer AND t.source_type = 'hold' AND t.source_id = p_hold AND t.kind = 'charge' AND t.source_revision = 0;
    outcome := CASE WHEN hold.captured_nanos = taken THEN 'replayed' ELSE 'already_captured' END;
    RETURN;
  END IF;
  IF hold.status <> 'open' THEN outcome := 'closed'; RETURN; END IF;

  SELECT * INTO account FROM ledger_account WHERE customer_id = p_customer FOR UPDATE;
  -- What was held is the customer's to spend, whatever has become of the balance; what is above it is a new charge.
  IF taken > hold.amount_nanos THEN
    IF account.status <> 'active' THEN outcome := 'account_' || account.status; RETURN; END IF;
    IF account.balance_nanos - account.held_nanos < taken - hold.amount_nanos THEN
      outcome := 'insufficient';
      amount := taken - hold.amount_nanos;
      balance_after := account.balance_nanos;
      held_after := account.held_nanos;
      RETURN;
    END IF;
  END IF;

  UPDATE ledger_account
  SET balance_nanos = balance_nanos - taken, held_nanos = held_nanos - hold.amount_nanos, last_seq = last_seq + 1
  WHERE customer_id = p_customer
  RETURNING balance_nanos, held_nanos INTO balance_after, held_after;
  posted_at := clock_timestamp()::timestamptz(3);
  INSERT INTO ledger_transfer (
    customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos, held_after_nanos, house_account,
    source_type, source_id, description, metadata, api_key_id, occurred_at, created_at
  ) VALUES (
    p_customer, account.last_seq + 1, p_charge, 'charge', 'debit', taken, balance_after, held_after, 'revenue',
    'hold', p_hold, hold.description, hold.metadata, p_api_key, posted_at, posted_at
  );
  UPDATE ledger_hold SET status = 'captured', captured_nanos = taken, closed_at = posted_at
  WHERE customer_id = p_customer AND hold_id = p_hold;
  PERFORM ledger_wake_auto_topup(
    p_customer, account.balance_nanos - account.held_nanos, balance_after - held_after, account.auto_topup_threshold_nanos
  );
  outcome := 'captured';
  hold_status := 'captured';
  charge_id := p_charge;
  amount := taken;
END
$$;

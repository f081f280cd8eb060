-- Charges one customer's items in order, in one statement. Locks the account once, replays known keys, and accepts each item
-- that the remaining balance covers. A refused item changes nothing. If all items are new and the balance covers all of them,
-- writes them together. `p_items` is a list of { n, id, key, hash, amount, description, metadata, overdraft }.
CREATE OR REPLACE FUNCTION ledger_charge_batch(p_customer text, p_owner text, p_api_key text, p_items jsonb)
RETURNS TABLE (
  n int, outcome text, charge_id text, amount bigint, balance_after bigint, held_after bigint, posted_at timestamptz
) LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
DECLARE
  account ledger_account%ROWTYPE;
  item record;
  running bigint;
  next_seq bigint;
  now_at timestamptz;
  -- What is accepted, column by column.
  seqs bigint[] := '{}'; ids text[] := '{}'; keys text[] := '{}'; hashes text[] := '{}'; amounts bigint[] := '{}';
  balances bigint[] := '{}'; positions int[] := '{}';
  first_at int;
  total numeric;
  written bigint;
BEGIN
  SELECT * INTO account FROM ledger_account WHERE customer_id = p_customer FOR UPDATE;
  IF NOT FOUND THEN
    RETURN QUERY SELECT (i->>'n')::int, 'no_account', NULL::text, NULL::bigint, NULL::bigint, NULL::bigint, NULL::timestamptz
      FROM jsonb_array_elements(p_items) i;
    RETURN;
  END IF;
  running := account.balance_nanos;
  next_seq := account.last_seq;
  now_at := clock_timestamp()::timestamptz(3);

  -- All at once, which is nearly always possible and costs half as much: no item is known, and the account can pay for all.
  SELECT sum(i.amount) INTO total FROM jsonb_to_recordset(p_items) AS i(amount bigint);
  IF account.status = 'active' AND account.balance_nanos - account.held_nanos >= total AND NOT EXISTS (
    SELECT 1 FROM jsonb_to_recordset(p_items) AS i(overdraft boolean) WHERE i.overdraft
  ) THEN
    BEGIN
      INSERT INTO ledger_transfer (
        customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos, held_after_nanos, house_account,
        source_type, source_id, idempotency_owner, idempotency_key, request_hash, description, metadata, api_key_id,
        occurred_at, created_at
      )
      SELECT p_customer, account.last_seq + row_number() OVER so_far, i.id, 'charge', 'debit', i.amount,
             account.balance_nanos - sum(i.amount) OVER so_far, account.held_nanos, 'revenue',
             'charge', i.id, p_owner, i.key, i.hash, i.description, coalesce(i.metadata, '{}'), p_api_key, now_at, now_at
      FROM jsonb_to_recordset(p_items)
        AS i(n int, id text, key text, hash text, amount bigint, description text, metadata jsonb)
      WINDOW so_far AS (ORDER BY i.n ROWS UNBOUNDED PRECEDING);
      GET DIAGNOSTICS written = ROW_COUNT;
      UPDATE ledger_account SET balance_nanos = balance_nanos - total, last_seq = last_seq + written
      WHERE customer_id = p_customer;
      PERFORM ledger_wake_auto_topup(
        p_customer, account.balance_nanos - account.held_nanos,
        (account.balance_nanos - account.held_nanos - total)::bigint, account.auto_topup_threshold_nanos
      );
      RETURN QUERY
      SELECT i.n, 'posted', i.id, i.amount, (account.balance_nanos - sum(i.amount) OVER so_far)::bigint,
             account.held_nanos::bigint, now_at
      FROM jsonb_to_recordset(p_items) AS i(n int, id text, amount bigint)
      WINDOW so_far AS (ORDER BY i.n ROWS UNBOUNDED PRECEDING);
      RETURN;
    EXCEPTION WHEN unique_violation OR SQLSTATE 'BRK01' THEN
      NULL; -- a key is known or comes twice, so that nothing was written: each item is looked at by itself
    END;
  END IF;

  FOR item IN
    SELECT i.n, i.id, i.key, i.hash, i.amount, i.overdraft,
           row_number() OVER (PARTITION BY i.key ORDER BY i.n) > 1 AS is_repeated,
           t.transfer_id, t.request_hash, t.amount_nanos, t.balance_after_nanos, t.held_after_nanos, t.created_at,
           h.hold_id IS NOT NULL OR i.is_topup AS is_taken
    FROM (
      SELECT *, p_owner <> 'operator' AND EXISTS (
        SELECT 1 FROM topup_intent known
        WHERE known.customer_id = p_customer AND known.idempotency_owner = p_owner AND known.idempotency_key = given.key
      ) AS is_topup
      FROM jsonb_to_recordset(p_items) AS given(n int, id text, key text, hash text, amount bigint, overdraft boolean)
    ) i
    -- One look into the index for each key. A plain join may read all that the customer ever did; LIMIT rules that out.
    LEFT JOIN LATERAL (
      SELECT * FROM ledger_transfer known
      WHERE known.customer_id = p_customer AND known.idempotency_owner = p_owner AND known.idempotency_key = i.key LIMIT 1
    ) t ON true
    LEFT JOIN LATERAL (
      SELECT known.hold_id FROM ledger_hold known
      WHERE known.customer_id = p_customer AND known.idempotency_owner = p_owner AND known.idempotency_key = i.key LIMIT 1
    ) h ON true
    ORDER BY i.n
  LOOP
    n := item.n;
    charge_id := NULL; amount := item.amount; balance_after := running; held_after := account.held_nanos; posted_at := NULL;
    first_at := CASE WHEN item.is_repeated THEN array_position(keys, item.key) END;
    IF item.transfer_id IS NOT NULL THEN
      outcome := CASE WHEN item.request_hash = item.hash THEN 'replayed' ELSE 'key_conflict' END;
      charge_id := item.transfer_id; amount := item.amount_nanos; balance_after := item.balance_after_nanos;
      held_after := item.held_after_nanos; posted_at := item.created_at;
    ELSIF item.is_taken THEN
      outcome := 'key_conflict';
    ELSIF first_at IS NOT NULL THEN
      outcome := CASE WHEN hashes[first_at] = item.hash THEN 'replayed' ELSE 'key_conflict' END;
      charge_id := ids[first_at]; amount := amounts[first_at]; balance_after := balances[first_at]; posted_at := now_at;
    ELSIF account.status = 'closed' OR (account.status <> 'active' AND NOT item.overdraft) THEN
      outcome := 'account_' || account.status;
    ELSIF NOT item.overdraft AND running - account.held_nanos < item.amount THEN
      outcome := 'insufficient';
    ELSIF running - item.amount < -9000000000000000000 THEN
      outcome := 'out_of_range';
    ELSE
      running := running - item.amount;
      next_seq := next_seq + 1;
      seqs := seqs || next_seq; ids := ids || item.id; keys := keys || item.key; hashes := hashes || item.hash;
      amounts := amounts || item.amount; balances := balances || running; positions := positions || item.n;
      outcome := 'posted'; charge_id := item.id; balance_after := running; posted_at := now_at;
    END IF;
    RETURN NEXT;
  END LOOP;

  IF cardinality(seqs) = 0 THEN RETURN; END IF;
  UPDATE ledger_account SET balance_nanos = running, last_seq = next_seq WHERE customer_id = p_customer;
  INSERT INTO ledger_transfer (
    customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos, held_after_nanos, house_account,
    source_type, source_id, idempotency_owner, idempotency_key, request_hash, description, metadata, api_key_id,
    occurred_at, created_at
  )
  SELECT p_customer, a.seq, a.id, 'charge', 'debit', a.amount, a.balance, account.held_nanos, 'revenue',
         'charge', a.id, p_owner, a.key, a.hash, i.description, coalesce(i.metadata, '{}'), p_api_key, now_at, now_at
  FROM unnest(seqs, ids, keys, hashes, amounts, balances, positions) AS a(seq, id, key, hash, amount, balance, n)
  JOIN jsonb_to_recordset(p_items) AS i(n int, description text, metadata jsonb) ON i.n = a.n;
  PERFORM ledger_wake_auto_topup(
    p_customer, account.balance_nanos - account.held_nanos, running - account.held_nanos, account.auto_topup_threshold_nanos
  );
END
$$;

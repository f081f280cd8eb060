-- AlterTable
ALTER TABLE "ledger_transfer" ADD COLUMN     "held_after_nanos" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "ledger_hold" ADD COLUMN     "opened_by" TEXT NOT NULL;

-- CreateTable
CREATE TABLE "usage_rollup" (
    "customer_id" TEXT NOT NULL,
    "grain" TEXT NOT NULL,
    "bucket_at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "api_key_id" TEXT NOT NULL DEFAULT '',
    "amount_nanos" BIGINT NOT NULL,
    "count" BIGINT NOT NULL,

    CONSTRAINT "usage_rollup_pkey" PRIMARY KEY ("customer_id","grain","bucket_at","kind","api_key_id")
);

-- CreateTable
CREATE TABLE "usage_rollup_mark" (
    "customer_id" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "usage_rollup_mark_pkey" PRIMARY KEY ("customer_id")
);

-- From here on by hand: what Prisma cannot express.

ALTER TABLE "ledger_transfer" ADD CONSTRAINT "ledger_transfer_held_not_negative" CHECK ("held_after_nanos" >= 0);

-- A charge, a hold or an adjustment is at most a million dollars.
ALTER TABLE "ledger_transfer" ADD CONSTRAINT "ledger_transfer_amount_at_most" CHECK (
  "kind" NOT IN ('charge', 'adjustment') OR "amount_nanos" <= 1000000000000000
);
ALTER TABLE "ledger_hold" ADD CONSTRAINT "ledger_hold_amount_at_most" CHECK ("amount_nanos" <= 1000000000000000);

-- Everything but charges is rare: a page of records of one kind is found here, and the many charges pay nothing for it.
CREATE INDEX "ledger_transfer_rare" ON "ledger_transfer" ("customer_id", "kind", "seq" DESC) WHERE "kind" <> 'charge';

-- Every function below looks rows up by key. A connection that planned one while its table was still small would go on
-- reading the whole table when it has grown, so that way of reading is ruled out.

-- A key names one effect, whichever table it lies in. The account's row is locked by then, and a trigger's query sees what
-- was committed before it got that lock; a condition in the statement itself would see what was there before it waited.
CREATE FUNCTION ledger_refuse_key_of_hold() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM ledger_hold h
    WHERE h.customer_id = NEW.customer_id AND h.idempotency_owner = NEW.idempotency_owner AND h.idempotency_key = NEW.idempotency_key
  ) THEN
    RAISE EXCEPTION 'the key % names a hold', NEW.idempotency_key USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE FUNCTION ledger_refuse_key_of_transfer() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM ledger_transfer t
    WHERE t.customer_id = NEW.customer_id AND t.idempotency_owner = NEW.idempotency_owner AND t.idempotency_key = NEW.idempotency_key
  ) THEN
    RAISE EXCEPTION 'the key % names a transfer', NEW.idempotency_key USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "ledger_transfer_key_is_no_hold" BEFORE INSERT ON "ledger_transfer"
  FOR EACH ROW WHEN (NEW."idempotency_key" IS NOT NULL) EXECUTE FUNCTION ledger_refuse_key_of_hold();
CREATE TRIGGER "ledger_hold_key_is_no_transfer" BEFORE INSERT ON "ledger_hold"
  FOR EACH ROW WHEN (NEW."idempotency_key" IS NOT NULL) EXECUTE FUNCTION ledger_refuse_key_of_transfer();

-- What the sweep looks for.
CREATE INDEX "ledger_hold_due" ON "ledger_hold" ("expires_at") WHERE "status" = 'open' AND "expires_at" IS NOT NULL;

ALTER TABLE "usage_rollup" ADD CONSTRAINT "usage_rollup_grain" CHECK ("grain" IN ('minute', 'hour'));

-- The other side of all transfers. A house account has no stored balance: a shared row would be the one that all wait for.
CREATE VIEW "house_account_balance" AS
  SELECT "house_account",
         sum(CASE "direction" WHEN 'credit' THEN -"amount_nanos" ELSE "amount_nanos" END) AS "balance_nanos",
         count(*) AS "transfers"
  FROM "ledger_transfer"
  GROUP BY "house_account";

-- Wakes the evaluation of automatic top-up when what is available has crossed the threshold, once for all that wait.
CREATE FUNCTION ledger_wake_auto_topup(p_customer text, p_before bigint, p_after bigint, p_threshold bigint)
RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF p_before >= p_threshold AND p_after < p_threshold THEN
    PERFORM graphile_worker.add_job(
      'evaluate-auto-top-up', json_build_object('customerId', p_customer), job_key := 'auto-top-up:' || p_customer
    );
  END IF;
END
$$;

-- Turns a hold into a charge. One round trip; each inner statement sees what was committed before it got its lock.
-- `p_amount` null: all of it. The outcome says what happened; only `captured` has written anything.
CREATE FUNCTION ledger_capture_hold(
  p_customer text, p_hold text, p_amount bigint, p_charge text, p_principal text, p_api_key text,
  OUT outcome text, OUT charge_id text, OUT amount bigint, OUT balance_after bigint, OUT held_after bigint,
  OUT posted_at timestamptz, OUT hold_status text, OUT hold_amount bigint, OUT hold_expires_at timestamptz
) LANGUAGE plpgsql SET enable_seqscan = off AS $$
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

-- Gives a hold back. A second time, and after it has expired, nothing is left to do.
CREATE FUNCTION ledger_release_hold(p_customer text, p_hold text, p_principal text, OUT outcome text)
LANGUAGE plpgsql SET enable_seqscan = off AS $$
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

-- Ends one hold whose time is over; null when there is none. A hold that is being captured is passed over: the capture wins.
CREATE FUNCTION ledger_expire_hold(p_now timestamptz, OUT expired_customer text, OUT expired_hold text)
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  hold ledger_hold%ROWTYPE;
BEGIN
  SELECT * INTO hold FROM ledger_hold WHERE status = 'open' AND expires_at <= p_now
  ORDER BY expires_at LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN; END IF;
  UPDATE ledger_hold SET status = 'expired', closed_at = clock_timestamp()
  WHERE customer_id = hold.customer_id AND hold_id = hold.hold_id;
  UPDATE ledger_account SET held_nanos = held_nanos - hold.amount_nanos WHERE customer_id = hold.customer_id;
  expired_customer := hold.customer_id;
  expired_hold := hold.hold_id;
END
$$;

-- Gives a charge back, in part or in full (`p_amount` null: all that is left). The guard is the row that counts what was
-- given back, locked before the account: a sum inside one statement is older than the lock.
CREATE FUNCTION ledger_refund_charge(
  p_customer text, p_charge text, p_amount bigint, p_refund text, p_owner text, p_key text, p_hash text,
  p_description text, p_metadata jsonb, p_api_key text,
  OUT outcome text, OUT refund_id text, OUT amount bigint, OUT balance_after bigint, OUT held_after bigint,
  OUT posted_at timestamptz, OUT refundable bigint
) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  charged bigint;
  given bigint;
  account ledger_account%ROWTYPE;
  known ledger_transfer%ROWTYPE;
BEGIN
  SELECT t.amount_nanos INTO charged FROM ledger_transfer t
  WHERE t.customer_id = p_customer AND t.transfer_id = p_charge AND t.kind = 'charge';
  IF NOT FOUND THEN outcome := 'not_found'; RETURN; END IF;

  INSERT INTO ledger_charge_refund (customer_id, charge_id, charged_nanos, refunded_nanos)
  VALUES (p_customer, p_charge, charged, 0) ON CONFLICT (customer_id, charge_id) DO NOTHING;
  SELECT r.refunded_nanos INTO given FROM ledger_charge_refund r
  WHERE r.customer_id = p_customer AND r.charge_id = p_charge FOR UPDATE;

  -- The key before the amount: a replay after all was given back is a success.
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

-- Charges many items of one customer in one statement: the account is locked once, known keys are resolved, then the items
-- in order, each accepted if it still fits. A refused item takes nothing. `p_items` is a list of
-- { n, id, key, hash, amount, description, metadata, overdraft }.
CREATE FUNCTION ledger_charge_batch(p_customer text, p_owner text, p_api_key text, p_items jsonb)
RETURNS TABLE (
  n int, outcome text, charge_id text, amount bigint, balance_after bigint, held_after bigint, posted_at timestamptz
) LANGUAGE plpgsql SET enable_seqscan = off AS $$
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

  FOR item IN
    SELECT i.n, i.id, i.key, i.hash, i.amount, i.overdraft,
           row_number() OVER (PARTITION BY i.key ORDER BY i.n) > 1 AS is_repeated,
           t.transfer_id, t.request_hash, t.amount_nanos, t.balance_after_nanos, t.held_after_nanos, t.created_at,
           h.hold_id IS NOT NULL AS is_hold
    FROM jsonb_to_recordset(p_items) AS i(n int, id text, key text, hash text, amount bigint, overdraft boolean)
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
    ELSIF item.is_hold THEN
      outcome := 'key_conflict';
    ELSIF first_at IS NOT NULL THEN
      outcome := CASE WHEN hashes[first_at] = item.hash THEN 'replayed' ELSE 'key_conflict' END;
      charge_id := ids[first_at]; amount := amounts[first_at]; balance_after := balances[first_at]; posted_at := now_at;
    ELSIF account.status = 'closed' OR (account.status <> 'active' AND NOT item.overdraft) THEN
      outcome := 'account_' || account.status;
    ELSIF NOT item.overdraft AND running - account.held_nanos < item.amount THEN
      outcome := 'insufficient';
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

-- AlterTable
ALTER TABLE "api_key" ADD COLUMN     "rolled_from" TEXT;

-- CreateTable
CREATE TABLE "billing_link" (
    "customer_id" TEXT NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "email" TEXT NOT NULL,
    "return_path" TEXT NOT NULL,
    "api_key_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "billing_link_pkey" PRIMARY KEY ("customer_id","token_hash")
);

-- CreateTable
CREATE TABLE "operator_action" (
    "action_id" TEXT NOT NULL,
    "verb" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "customer_id" TEXT,
    "api_key_id" TEXT,
    "reason" TEXT,
    "idempotency_key" TEXT,
    "request_hash" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "operator_action_pkey" PRIMARY KEY ("action_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "operator_action_idempotency_key_key" ON "operator_action"("idempotency_key");

-- CreateIndex
CREATE INDEX "operator_action_verb_action_id_idx" ON "operator_action"("verb", "action_id" DESC);

-- CreateIndex
CREATE INDEX "operator_action_customer_id_action_id_idx" ON "operator_action"("customer_id", "action_id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "api_key_rolled_from_key" ON "api_key"("rolled_from");

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_rolled_from_fkey" FOREIGN KEY ("rolled_from") REFERENCES "api_key"("api_key_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- From here on by hand: what Prisma cannot express.

ALTER TABLE "api_key"
  ADD CONSTRAINT "api_key_rolled_from_another" CHECK ("rolled_from" <> "api_key_id");

ALTER TABLE "customer"
  ADD CONSTRAINT "customer_email_is_lower_case" CHECK ("email" = lower("email"));

ALTER TABLE "billing_link"
  ADD CONSTRAINT "billing_link_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "billing_link_hash_is_sha256" CHECK (octet_length("token_hash") = 32),
  ADD CONSTRAINT "billing_link_email_is_lower_case" CHECK ("email" = lower("email")),
  ADD CONSTRAINT "billing_link_path_is_ours" CHECK ("return_path" ~ '^/billing($|[/?])'),
  ADD CONSTRAINT "billing_link_expires_later" CHECK ("expires_at" > "created_at"),
  ADD CONSTRAINT "billing_link_used_in_time" CHECK ("used_at" < "expires_at");

ALTER TABLE "operator_action"
  ADD CONSTRAINT "operator_action_verb" CHECK ("verb" IN (
    'create_customer', 'freeze_customer', 'unfreeze_customer', 'adjust_balance',
    'create_api_key', 'roll_api_key', 'revoke_api_key', 'create_billing_link'
  )),
  ADD CONSTRAINT "operator_action_key_has_hash" CHECK (("idempotency_key" IS NULL) = ("request_hash" IS NULL)),
  -- Whoever moves money or stops somebody's spending says why.
  ADD CONSTRAINT "operator_action_has_reason" CHECK (
    "reason" <> '' OR "verb" NOT IN ('freeze_customer', 'unfreeze_customer', 'adjust_balance')
  );

CREATE TRIGGER "operator_action_append_only" BEFORE UPDATE OR DELETE ON "operator_action"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "operator_action_no_truncate" BEFORE TRUNCATE ON "operator_action"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Raises or lowers a balance by the operator's hand (`p_amount` signed). The account is locked first, so the key that is
-- looked up next cannot come from anywhere else at the same time; the key before the balance, as everywhere. A frozen
-- account can be put right, a closed one cannot.
CREATE FUNCTION ledger_adjust(
  p_customer text, p_amount bigint, p_transfer text, p_owner text, p_key text, p_hash text, p_description text,
  p_api_key text, p_may_overdraw boolean,
  OUT outcome text, OUT transfer_id text, OUT amount bigint, OUT balance_after bigint, OUT held_after bigint,
  OUT posted_at timestamptz
) LANGUAGE plpgsql SET enable_seqscan = off AS $$
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

-- AlterTable
ALTER TABLE "ledger_account" ADD COLUMN     "frozen_by" TEXT;

-- AlterTable
ALTER TABLE "topup_intent" ADD COLUMN     "fraud_warning_id" TEXT;

-- CreateTable
CREATE TABLE "auto_topup_rule" (
    "customer_id" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT false,
    "disabled_reason" TEXT,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "auto_topup_rule_pkey" PRIMARY KEY ("customer_id")
);

-- CreateTable
CREATE TABLE "reversal" (
    "customer_id" TEXT NOT NULL,
    "source_type" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "topup_intent_id" TEXT NOT NULL,
    "stripe_payment_intent_id" TEXT NOT NULL,
    "charge_cents" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "effective_cents" INTEGER,
    "applied_nanos" BIGINT NOT NULL DEFAULT 0,
    "transfer_count" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,
    "stripe_created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "reversal_pkey" PRIMARY KEY ("customer_id","source_type","source_id")
);

-- CreateTable
CREATE TABLE "refund_request" (
    "customer_id" TEXT NOT NULL,
    "refund_request_id" TEXT NOT NULL,
    "topup_intent_id" TEXT NOT NULL,
    "requested_by" TEXT NOT NULL,
    "amount_cents" INTEGER NOT NULL,
    "credit_nanos" BIGINT NOT NULL,
    "hold_id" TEXT,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "stripe_refund_id" TEXT,
    "failure_code" TEXT,
    "reason" TEXT,
    "idempotency_owner" TEXT,
    "idempotency_key" TEXT,
    "request_hash" TEXT,
    "api_key_id" TEXT,
    "user_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "refund_request_pkey" PRIMARY KEY ("customer_id","refund_request_id")
);

-- CreateIndex
CREATE INDEX "reversal_customer_id_topup_intent_id_idx" ON "reversal"("customer_id", "topup_intent_id");

-- CreateIndex
CREATE INDEX "refund_request_customer_id_topup_intent_id_idx" ON "refund_request"("customer_id", "topup_intent_id");

-- CreateIndex
CREATE UNIQUE INDEX "refund_request_customer_id_idempotency_owner_idempotency_ke_key" ON "refund_request"("customer_id", "idempotency_owner", "idempotency_key");

-- CreateIndex
CREATE INDEX "topup_intent_topup_intent_id_idx" ON "topup_intent"("topup_intent_id");

-- prisma/sql/constraints/auto-top-up.sql

ALTER TABLE "auto_topup_rule"
  ADD CONSTRAINT "auto_topup_rule_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "auto_topup_rule_disabled" CHECK (
    NOT "enabled" OR ("disabled_reason" IS NULL AND "disabled_at" IS NULL)
  );

-- prisma/sql/constraints/customers.sql

ALTER TABLE "stripe_object" DROP CONSTRAINT "stripe_object_kind";
ALTER TABLE "stripe_object"
  ADD CONSTRAINT "stripe_object_kind" CHECK ("kind" IN (
    'customer', 'checkout_session', 'payment_intent', 'setup_intent', 'payment_method', 'stripe_refund', 'dispute'
  ));

-- prisma/sql/constraints/operator-actions.sql

ALTER TABLE "operator_action"
  DROP CONSTRAINT "operator_action_verb",
  DROP CONSTRAINT "operator_action_has_reason";
ALTER TABLE "operator_action"
  ADD CONSTRAINT "operator_action_verb" CHECK ("verb" IN (
    'create_customer', 'freeze_customer', 'unfreeze_customer', 'adjust_balance', 'repair_account', 'refund_top_up',
    'create_api_key', 'roll_api_key', 'revoke_api_key', 'create_billing_link'
  )),
  ADD CONSTRAINT "operator_action_has_reason" CHECK (
    "reason" <> '' OR "verb" NOT IN (
      'freeze_customer', 'unfreeze_customer', 'adjust_balance', 'repair_account', 'refund_top_up'
    )
  );

-- prisma/sql/constraints/reversals.sql

ALTER TABLE "reversal"
  ADD CONSTRAINT "reversal_source" CHECK ("source_type" IN ('stripe_refund', 'dispute')),
  ADD CONSTRAINT "reversal_charge_positive" CHECK ("charge_cents" > 0),
  ADD CONSTRAINT "reversal_effective_not_negative" CHECK ("effective_cents" >= 0),
  ADD CONSTRAINT "reversal_refund_has_cents" CHECK ("effective_cents" IS NOT NULL OR "source_type" = 'dispute'),
  ADD CONSTRAINT "reversal_applied_not_negative" CHECK ("applied_nanos" >= 0),
  ADD CONSTRAINT "reversal_applied_has_transfer" CHECK ("applied_nanos" = 0 OR "transfer_count" > 0),
  ADD CONSTRAINT "reversal_intent" FOREIGN KEY ("customer_id", "topup_intent_id")
    REFERENCES "topup_intent" ("customer_id", "topup_intent_id") ON DELETE RESTRICT;

ALTER TABLE "refund_request"
  ADD CONSTRAINT "refund_request_requested_by" CHECK ("requested_by" IN ('operator', 'customer', 'fraud_warning')),
  ADD CONSTRAINT "refund_request_amount_positive" CHECK ("amount_cents" > 0),
  ADD CONSTRAINT "refund_request_credit_not_negative" CHECK ("credit_nanos" >= 0),
  ADD CONSTRAINT "refund_request_status" CHECK ("status" IN ('pending', 'submitted', 'failed')),
  ADD CONSTRAINT "refund_request_submitted" CHECK (("status" = 'submitted') = ("stripe_refund_id" IS NOT NULL)),
  ADD CONSTRAINT "refund_request_failed" CHECK (("status" = 'failed') = ("failure_code" IS NOT NULL)),
  ADD CONSTRAINT "refund_request_key_has_owner" CHECK (("idempotency_owner" IS NULL) = ("idempotency_key" IS NULL)),
  ADD CONSTRAINT "refund_request_key_has_hash" CHECK ("idempotency_key" IS NULL OR "request_hash" IS NOT NULL),
  ADD CONSTRAINT "refund_request_intent" FOREIGN KEY ("customer_id", "topup_intent_id")
    REFERENCES "topup_intent" ("customer_id", "topup_intent_id") ON DELETE RESTRICT;
-- One refund at Stripe answers one request.
CREATE UNIQUE INDEX "refund_request_refund" ON "refund_request" ("customer_id", "stripe_refund_id")
  WHERE "stripe_refund_id" IS NOT NULL;

-- prisma/sql/functions/ledger_transfer_is_lawful.sql

-- The rules of a single transfer, and that its key names nothing else. It names the rule that was broken, as a CHECK of that
-- name would; CHECKs would be read again in every statement. The account's row is locked by now, and the look-ups see what was
-- committed before it was: so neither this function nor ledger_key_names_hold is STABLE. Runs with every charge, so it
-- qualifies its names instead of setting the search path.
CREATE OR REPLACE FUNCTION ledger_transfer_is_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  broken text;
BEGIN
  IF NEW.kind = 'charge' THEN
    IF NEW.direction <> 'debit' OR NEW.house_account <> 'revenue' THEN
      broken := 'ledger_transfer_kind';
    END IF;
  ELSIF (NEW.kind, NEW.direction, NEW.house_account) NOT IN (
    ('credit', 'credit', 'stripe_clearing'),
    ('stripe_refund', 'debit', 'stripe_clearing'),
    ('stripe_refund_reversal', 'credit', 'stripe_clearing'),
    ('dispute', 'debit', 'disputes'),
    ('dispute_reversal', 'credit', 'disputes'),
    ('refund', 'credit', 'revenue'),
    ('grant', 'credit', 'promotions'),
    ('expiry', 'debit', 'promotions'),
    ('adjustment', 'credit', 'adjustments'),
    ('adjustment', 'debit', 'adjustments')
  ) THEN
    broken := 'ledger_transfer_kind';
  END IF;

  IF NEW.seq <= 0 THEN
    broken := 'ledger_transfer_seq_positive';
  ELSIF NEW.amount_nanos <= 0 THEN
    broken := 'ledger_transfer_amount_positive';
  ELSIF NEW.held_after_nanos < 0 THEN
    broken := 'ledger_transfer_held_not_negative';
  ELSIF NEW.source_revision < 0 THEN
    broken := 'ledger_transfer_revision_not_negative';
  END IF;

  -- A charge and an adjustment are at most a million dollars.
  IF NEW.amount_nanos > 1000000000000000 AND NEW.kind IN ('charge', 'adjustment') THEN
    broken := 'ledger_transfer_amount_at_most';
  END IF;

  -- A credit is one top-up's, whole cents from $5 to $5,000, and there is no second one.
  IF NEW.kind = 'credit' AND NOT (
    NEW.source_type = 'topup' AND NEW.source_revision = 0
    AND NEW.amount_nanos BETWEEN 5000000000 AND 5000000000000 AND NEW.amount_nanos % 10000000 = 0
  ) THEN
    broken := coalesce(broken, 'ledger_transfer_credit_is_a_topup');
  END IF;

  IF NEW.source_type = 'charge' AND (
    NEW.kind <> 'charge' OR NEW.source_id <> NEW.transfer_id OR NEW.source_revision <> 0
  ) THEN
    broken := 'ledger_transfer_charge_is_its_source';
  END IF;

  IF NEW.idempotency_key IS NULL THEN
    IF NEW.idempotency_owner IS NOT NULL THEN
      broken := 'ledger_transfer_key_has_owner';
    END IF;
  ELSIF NEW.idempotency_owner IS NULL THEN
    broken := 'ledger_transfer_key_has_owner';
  ELSIF NEW.request_hash IS NULL THEN
    broken := 'ledger_transfer_key_has_hash';
  END IF;

  IF broken IS NOT NULL THEN
    RAISE EXCEPTION 'a row of "ledger_transfer" violates the rule "%"', broken
      USING ERRCODE = 'check_violation', TABLE = 'ledger_transfer', CONSTRAINT = broken;
  END IF;

  -- Rows that replication brings had their keys looked up where they were written; here the holds may come later.
  IF NEW.idempotency_key IS NULL OR current_setting('session_replication_role') = 'replica' THEN
    RETURN NEW;
  END IF;
  IF public.ledger_key_names_hold(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key) THEN
    RAISE EXCEPTION 'the key % names a hold', NEW.idempotency_key USING ERRCODE = 'unique_violation';
  END IF;
  -- The operator's charges, which are most of all, are spared the look.
  IF NEW.idempotency_owner <> 'operator' OR NEW.kind <> 'charge' THEN
    PERFORM public.refuse_key_of_topup(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key);
  END IF;
  RETURN NEW;
END
$$;

-- prisma/sql/functions/refund_request_refuse_key_of_others.sql

-- Refuses a refund of a top-up whose idempotency key names a transfer, a hold or a top-up.
CREATE OR REPLACE FUNCTION refund_request_refuse_key_of_others() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_key_of_spending(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key);
  IF EXISTS (
    SELECT 1 FROM topup_intent i
    WHERE i.customer_id = NEW.customer_id AND i.idempotency_owner = NEW.idempotency_owner
      AND i.idempotency_key = NEW.idempotency_key
  ) THEN
    RAISE EXCEPTION 'the key % names a top-up', NEW.idempotency_key USING ERRCODE = 'BRK01';
  END IF;
  RETURN NEW;
END
$$;

-- prisma/sql/functions/refuse_key_of_spending.sql

-- Refuses an idempotency key that names a transfer or a hold. The account's lock comes first: a charge that holds it is then
-- either committed, and seen, or has not looked yet, and will see the caller's row.
CREATE OR REPLACE FUNCTION refuse_key_of_spending(p_customer text, p_owner text, p_key text) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM ledger_account a WHERE a.customer_id = p_customer FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT 1 FROM ledger_transfer t
    WHERE t.customer_id = p_customer AND t.idempotency_owner = p_owner AND t.idempotency_key = p_key
  ) OR EXISTS (
    SELECT 1 FROM ledger_hold h
    WHERE h.customer_id = p_customer AND h.idempotency_owner = p_owner AND h.idempotency_key = p_key
  ) THEN
    RAISE EXCEPTION 'the key % names a charge or a hold', p_key USING ERRCODE = 'BRK01';
  END IF;
END
$$;

-- prisma/sql/functions/refuse_key_of_topup.sql

-- Refuses an idempotency key that names a top-up or a refund of one. The error code is our own (BRK01): there is no earlier
-- effect of the same request to replay. Callers leave the operator's charges out, because there are most of them.
CREATE OR REPLACE FUNCTION refuse_key_of_topup(p_customer text, p_owner text, p_key text) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM topup_intent i
    WHERE i.customer_id = p_customer AND i.idempotency_owner = p_owner AND i.idempotency_key = p_key
  ) THEN
    RAISE EXCEPTION 'the key % names a top-up', p_key USING ERRCODE = 'BRK01';
  END IF;
  IF EXISTS (
    SELECT 1 FROM refund_request r
    WHERE r.customer_id = p_customer AND r.idempotency_owner = p_owner AND r.idempotency_key = p_key
  ) THEN
    RAISE EXCEPTION 'the key % names a refund of a top-up', p_key USING ERRCODE = 'BRK01';
  END IF;
END
$$;

-- prisma/sql/functions/topup_refuse_key_of_spending.sql

-- Refuses a top-up whose idempotency key names a transfer, a hold or a refund of a top-up.
CREATE OR REPLACE FUNCTION topup_refuse_key_of_spending() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM refuse_key_of_spending(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key);
  IF EXISTS (
    SELECT 1 FROM refund_request r
    WHERE r.customer_id = NEW.customer_id AND r.idempotency_owner = NEW.idempotency_owner
      AND r.idempotency_key = NEW.idempotency_key
  ) THEN
    RAISE EXCEPTION 'the key % names a refund of a top-up', NEW.idempotency_key USING ERRCODE = 'BRK01';
  END IF;
  RETURN NEW;
END
$$;

-- prisma/sql/triggers/refund_request.sql

CREATE TRIGGER "refund_request_key_is_no_other" BEFORE INSERT ON "refund_request"
  FOR EACH ROW WHEN (NEW."idempotency_key" IS NOT NULL) EXECUTE FUNCTION refund_request_refuse_key_of_others();

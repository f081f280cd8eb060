-- AlterTable
ALTER TABLE "auto_topup_rule" ADD COLUMN     "amount_cents" INTEGER,
ADD COLUMN     "claimed_at" TIMESTAMPTZ(3),
ADD COLUMN     "consent_id" TEXT,
ADD COLUMN     "daily_cap_cents" INTEGER,
ADD COLUMN     "daily_cap_count" INTEGER NOT NULL DEFAULT 3,
ADD COLUMN     "enabled_at" TIMESTAMPTZ(3),
ADD COLUMN     "expected_total_cents" INTEGER,
ADD COLUMN     "follows_default" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "monthly_cap_cents" INTEGER,
ADD COLUMN     "next_evaluation_at" TIMESTAMPTZ(3),
ADD COLUMN     "payment_method_id" TEXT,
ADD COLUMN     "refused_at" TIMESTAMPTZ(3),
ADD COLUMN     "threshold_cents" INTEGER;

-- AlterTable
ALTER TABLE "topup_intent" ADD COLUMN     "action_required_at" TIMESTAMPTZ(3),
ADD COLUMN     "attempt" INTEGER,
ADD COLUMN     "charge_started_at" TIMESTAMPTZ(3),
ADD COLUMN     "closing_reason" TEXT,
ADD COLUMN     "closing_status" TEXT,
ADD COLUMN     "consent_id" TEXT,
ADD COLUMN     "counted_at" TIMESTAMPTZ(3),
ADD COLUMN     "expected_total_cents" INTEGER,
ADD COLUMN     "failed_charge_id" TEXT,
ADD COLUMN     "invoice_finalized_at" TIMESTAMPTZ(3),
ADD COLUMN     "invoice_params" JSONB,
ADD COLUMN     "next_attempt_at" TIMESTAMPTZ(3),
ADD COLUMN     "pay_started_at" TIMESTAMPTZ(3),
ADD COLUMN     "payment_method_id" TEXT,
ADD COLUMN     "stripe_invoice_id" TEXT,
ADD COLUMN     "stripe_invoice_line_id" TEXT,
ALTER COLUMN "request_hash" DROP NOT NULL,
ALTER COLUMN "session_params" DROP NOT NULL,
ALTER COLUMN "session_expires_at" DROP NOT NULL;

-- CreateTable
CREATE TABLE "auto_topup_consent" (
    "customer_id" TEXT NOT NULL,
    "consent_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "threshold_cents" INTEGER NOT NULL,
    "amount_cents" INTEGER NOT NULL,
    "monthly_cap_cents" INTEGER NOT NULL,
    "daily_cap_cents" INTEGER NOT NULL,
    "daily_cap_count" INTEGER NOT NULL,
    "payment_method_id" TEXT NOT NULL,
    "card_brand" TEXT NOT NULL,
    "given_by" TEXT NOT NULL,
    "ip_address" TEXT,
    "text_version" TEXT NOT NULL,
    "given_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3),

    CONSTRAINT "auto_topup_consent_pkey" PRIMARY KEY ("customer_id","consent_id")
);

-- CreateTable
CREATE TABLE "auto_topup_decision" (
    "customer_id" TEXT NOT NULL,
    "decision_id" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "topup_intent_id" TEXT,
    "available_nanos" BIGINT NOT NULL,
    "threshold_cents" INTEGER,
    "amount_cents" INTEGER,
    "month_used_cents" BIGINT NOT NULL,
    "day_used_cents" BIGINT NOT NULL,
    "day_used_count" INTEGER NOT NULL,
    "next_evaluation_at" TIMESTAMPTZ(3),
    "count" INTEGER NOT NULL DEFAULT 1,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "auto_topup_decision_pkey" PRIMARY KEY ("customer_id","decision_id")
);

-- CreateTable
CREATE TABLE "auto_topup_pause" (
    "scope" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "api_key_id" TEXT,
    "paused_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "auto_topup_pause_pkey" PRIMARY KEY ("scope")
);

-- CreateTable
CREATE TABLE "customer_notice" (
    "customer_id" TEXT NOT NULL,
    "notice_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "customer_notice_pkey" PRIMARY KEY ("customer_id","notice_id")
);

-- CreateTable
CREATE TABLE "low_balance_threshold" (
    "customer_id" TEXT NOT NULL,
    "threshold_cents" INTEGER NOT NULL,
    "crossed_at" TIMESTAMPTZ(3),

    CONSTRAINT "low_balance_threshold_pkey" PRIMARY KEY ("customer_id","threshold_cents")
);

-- CreateIndex
CREATE UNIQUE INDEX "customer_notice_customer_id_kind_subject_id_key" ON "customer_notice"("customer_id", "kind", "subject_id");

-- prisma/sql/constraints/auto-top-up.sql

-- Nobody could set terms before, so no rule has any.
UPDATE "ledger_account" SET "auto_topup_threshold_nanos" = NULL WHERE "auto_topup_threshold_nanos" IS NOT NULL;
UPDATE "auto_topup_rule" SET "enabled" = false WHERE "enabled";

ALTER TABLE "auto_topup_rule"
  ADD CONSTRAINT "auto_topup_rule_reason" CHECK ("disabled_reason" IN (
    'payment_method_detached', 'payment_method_expired', 'card_declined', 'card_brand_changed', 'authentication_required',
    'address_required', 'dispute_opened', 'fraud_warning', 'balance_reversed', 'customer_balance', 'stripe_setup'
  )),
  ADD CONSTRAINT "auto_topup_rule_amount" CHECK ("amount_cents" BETWEEN 500 AND 500000),
  ADD CONSTRAINT "auto_topup_rule_threshold" CHECK ("threshold_cents" BETWEEN 500 AND 500000),
  ADD CONSTRAINT "auto_topup_rule_threshold_below_amount" CHECK ("threshold_cents" < "amount_cents"),
  ADD CONSTRAINT "auto_topup_rule_monthly_cap" CHECK ("monthly_cap_cents" >= "amount_cents"),
  ADD CONSTRAINT "auto_topup_rule_daily_cap" CHECK ("daily_cap_cents" >= "amount_cents"),
  ADD CONSTRAINT "auto_topup_rule_daily_count" CHECK ("daily_cap_count" > 0),
  ADD CONSTRAINT "auto_topup_rule_enabled_has_terms" CHECK (
    NOT "enabled" OR (
      "threshold_cents" IS NOT NULL AND "amount_cents" IS NOT NULL AND "monthly_cap_cents" IS NOT NULL
      AND "enabled_at" IS NOT NULL
    )
  );

-- What the sweep looks for.
CREATE INDEX "auto_topup_rule_due" ON "auto_topup_rule" ("customer_id") WHERE "enabled";

ALTER TABLE "auto_topup_consent"
  ADD CONSTRAINT "auto_topup_consent_rule" FOREIGN KEY ("customer_id") REFERENCES "auto_topup_rule" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "auto_topup_consent_kind" CHECK ("kind" IN ('terms', 'allow_more')),
  ADD CONSTRAINT "auto_topup_consent_ends" CHECK (("kind" = 'allow_more') = ("ends_at" IS NOT NULL)),
  ADD CONSTRAINT "auto_topup_consent_terms" CHECK (
    "threshold_cents" < "amount_cents" AND "monthly_cap_cents" >= "amount_cents" AND "daily_cap_cents" >= "amount_cents"
    AND "daily_cap_count" > 0
  );

ALTER TABLE "auto_topup_decision"
  ADD CONSTRAINT "auto_topup_decision_rule" FOREIGN KEY ("customer_id") REFERENCES "auto_topup_rule" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "auto_topup_decision_outcome" CHECK ("outcome" IN (
    'fired', 'disabled', 'paused_by_operator', 'above_threshold', 'in_flight', 'cooldown', 'monthly_cap', 'daily_cap',
    'no_consent', 'no_card', 'address_required', 'frozen', 'idle'
  )),
  ADD CONSTRAINT "auto_topup_decision_fired" CHECK ("outcome" <> 'fired' OR "topup_intent_id" IS NOT NULL),
  ADD CONSTRAINT "auto_topup_decision_count" CHECK ("count" > 0 AND "first_at" <= "last_at");

-- prisma/sql/constraints/customers.sql

ALTER TABLE "stripe_object"
  DROP CONSTRAINT "stripe_object_kind",
  ADD CONSTRAINT "stripe_object_kind" CHECK ("kind" IN (
    'customer', 'checkout_session', 'invoice', 'payment_intent', 'setup_intent', 'payment_method', 'stripe_refund', 'dispute',
    'fraud_warning'
  ));

-- prisma/sql/constraints/notices.sql

ALTER TABLE "customer_notice"
  ADD CONSTRAINT "customer_notice_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "customer_notice_kind" CHECK ("kind" IN (
    'auto_topup_succeeded', 'auto_topup_declined', 'auto_topup_action_required', 'auto_topup_disabled', 'daily_cap_reached',
    'card_expiring', 'low_balance'
  ));
-- What whoever sends them looks for.
CREATE INDEX "customer_notice_unsent" ON "customer_notice" ("created_at") WHERE "sent_at" IS NULL;

ALTER TABLE "low_balance_threshold"
  ADD CONSTRAINT "low_balance_threshold_account" FOREIGN KEY ("customer_id") REFERENCES "ledger_account" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "low_balance_threshold_positive" CHECK ("threshold_cents" > 0);

-- prisma/sql/constraints/operator-actions.sql

ALTER TABLE "operator_action"
  DROP CONSTRAINT "operator_action_verb",
  DROP CONSTRAINT "operator_action_has_reason",
  ADD CONSTRAINT "operator_action_verb" CHECK ("verb" IN (
    'create_customer', 'freeze_customer', 'unfreeze_customer', 'adjust_balance', 'repair_account', 'refund_top_up',
    'enter_dispute_amount', 'resolve_top_up', 'resolve_alert', 'create_api_key', 'roll_api_key', 'revoke_api_key',
    'create_billing_link', 'pause_auto_top_up', 'resume_auto_top_up'
  )),
  ADD CONSTRAINT "operator_action_has_reason" CHECK (
    "reason" <> '' OR "verb" NOT IN (
      'freeze_customer', 'unfreeze_customer', 'adjust_balance', 'repair_account', 'refund_top_up', 'enter_dispute_amount',
      'resolve_top_up', 'resolve_alert', 'pause_auto_top_up', 'resume_auto_top_up'
    )
  );

-- prisma/sql/constraints/top-ups.sql

ALTER TABLE "topup_intent"
  ADD CONSTRAINT "topup_intent_checkout_has_session" CHECK (
    "source" <> 'checkout' OR (
      "request_hash" IS NOT NULL AND "session_params" IS NOT NULL AND "session_expires_at" IS NOT NULL
      AND "invoice_params" IS NULL AND "attempt" IS NULL AND "closing_status" IS NULL
      AND "status" NOT IN ('retry_wait', 'action_required')
    )
  ),
  ADD CONSTRAINT "topup_intent_auto_has_invoice" CHECK (
    "source" <> 'auto' OR (
      "mode" = 'payment' AND "stripe_session_id" IS NULL AND "session_params" IS NULL AND "invoice_params" IS NOT NULL
      AND "attempt" BETWEEN 1 AND 4 AND "payment_method_id" IS NOT NULL AND "consent_id" IS NOT NULL
      AND "expected_total_cents" >= "amount_cents" AND "counted_at" IS NOT NULL
    )
  ),
  -- Each of the four calls to Stripe is made after the id of the one before is stored.
  ADD CONSTRAINT "topup_intent_auto_steps" CHECK (
    ("stripe_invoice_id" IS NULL OR "charge_started_at" IS NOT NULL)
    AND ("stripe_invoice_line_id" IS NULL OR "stripe_invoice_id" IS NOT NULL)
    AND ("invoice_finalized_at" IS NULL OR "stripe_invoice_line_id" IS NOT NULL)
    AND ("pay_started_at" IS NULL OR "invoice_finalized_at" IS NOT NULL)
  ),
  ADD CONSTRAINT "topup_intent_retry_wait" CHECK (
    "status" <> 'retry_wait' OR ("next_attempt_at" IS NOT NULL AND "pay_started_at" IS NULL)
  ),
  ADD CONSTRAINT "topup_intent_action_required" CHECK (
    "status" <> 'action_required' OR ("action_required_at" IS NOT NULL AND "pay_started_at" IS NULL)
  ),
  ADD CONSTRAINT "topup_intent_closing" CHECK (
    ("closing_status" IS NULL) = ("closing_reason" IS NULL) AND "closing_status" IN ('failed', 'canceled')
  );

-- One automatic top-up of a customer at a time.
CREATE UNIQUE INDEX "topup_intent_auto_unresolved" ON "topup_intent" ("customer_id", "livemode")
  WHERE "source" = 'auto' AND "status" IN ('created', 'open', 'processing', 'retry_wait', 'action_required', 'needs_review');
CREATE UNIQUE INDEX "topup_intent_auto_invoice" ON "topup_intent" ("customer_id", "stripe_invoice_id")
  WHERE "stripe_invoice_id" IS NOT NULL;
-- What the caps add up.
CREATE INDEX "topup_intent_auto_counted" ON "topup_intent" ("customer_id", "counted_at") WHERE "source" = 'auto';

-- prisma/sql/functions/auto_topup_note_refusal.sql

-- Notes that a charge or hold was refused because of the balance, and enqueues the evaluation of automatic top-up, at most once
-- a second.
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

-- prisma/sql/triggers/auto_topup_consent.sql

CREATE TRIGGER "auto_topup_consent_append_only" BEFORE UPDATE OR DELETE ON "auto_topup_consent"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "auto_topup_consent_no_truncate" BEFORE TRUNCATE ON "auto_topup_consent"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

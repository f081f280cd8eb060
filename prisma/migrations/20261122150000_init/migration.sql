-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "api_key" (
    "api_key_id" TEXT NOT NULL,
    "customer_id" TEXT,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("api_key_id")
);

-- CreateTable
CREATE TABLE "app_user" (
    "user_id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_verified_at" TIMESTAMPTZ(3),
    "name" TEXT,
    "image" TEXT,
    "password_hash" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "app_user_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "oauth_account" (
    "user_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "provider_account_id" TEXT NOT NULL,
    "refresh_token" TEXT,
    "access_token" TEXT,
    "expires_at" INTEGER,
    "token_type" TEXT,
    "scope" TEXT,
    "id_token" TEXT,
    "session_state" TEXT,

    CONSTRAINT "oauth_account_pkey" PRIMARY KEY ("provider","provider_account_id")
);

-- CreateTable
CREATE TABLE "verification_token" (
    "identifier" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "verification_token_pkey" PRIMARY KEY ("identifier","token")
);

-- CreateTable
CREATE TABLE "membership" (
    "customer_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "membership_pkey" PRIMARY KEY ("customer_id","user_id")
);

-- CreateTable
CREATE TABLE "customer" (
    "customer_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "customer_pkey" PRIMARY KEY ("customer_id")
);

-- CreateTable
CREATE TABLE "stripe_customer" (
    "customer_id" TEXT NOT NULL,
    "livemode" BOOLEAN NOT NULL,
    "stripe_customer_id" TEXT NOT NULL,
    "default_payment_method_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stripe_customer_pkey" PRIMARY KEY ("customer_id","livemode")
);

-- CreateTable
CREATE TABLE "stripe_object" (
    "stripe_id" TEXT NOT NULL,
    "customer_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "our_id" TEXT NOT NULL,

    CONSTRAINT "stripe_object_pkey" PRIMARY KEY ("stripe_id")
);

-- CreateTable
CREATE TABLE "ledger_account" (
    "customer_id" TEXT NOT NULL,
    "balance_nanos" BIGINT NOT NULL DEFAULT 0,
    "held_nanos" BIGINT NOT NULL DEFAULT 0,
    "last_seq" BIGINT NOT NULL DEFAULT 0,
    "status" TEXT NOT NULL DEFAULT 'active',
    "auto_topup_threshold_nanos" BIGINT,
    "low_balance_threshold_nanos" BIGINT,

    CONSTRAINT "ledger_account_pkey" PRIMARY KEY ("customer_id")
);

-- CreateTable
CREATE TABLE "ledger_transfer" (
    "customer_id" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "transfer_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "direction" TEXT NOT NULL,
    "amount_nanos" BIGINT NOT NULL,
    "balance_after_nanos" BIGINT NOT NULL,
    "house_account" TEXT NOT NULL,
    "source_type" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "source_revision" INTEGER NOT NULL DEFAULT 0,
    "idempotency_owner" TEXT,
    "idempotency_key" TEXT,
    "request_hash" TEXT,
    "description" TEXT,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "api_key_id" TEXT,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ledger_transfer_pkey" PRIMARY KEY ("customer_id","seq")
);

-- CreateTable
CREATE TABLE "ledger_hold" (
    "customer_id" TEXT NOT NULL,
    "hold_id" TEXT NOT NULL,
    "amount_nanos" BIGINT NOT NULL,
    "captured_nanos" BIGINT,
    "status" TEXT NOT NULL DEFAULT 'open',
    "expires_at" TIMESTAMPTZ(3),
    "idempotency_owner" TEXT,
    "idempotency_key" TEXT,
    "request_hash" TEXT,
    "description" TEXT,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "api_key_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "ledger_hold_pkey" PRIMARY KEY ("customer_id","hold_id")
);

-- CreateTable
CREATE TABLE "ledger_charge_refund" (
    "customer_id" TEXT NOT NULL,
    "charge_id" TEXT NOT NULL,
    "charged_nanos" BIGINT NOT NULL,
    "refunded_nanos" BIGINT NOT NULL,

    CONSTRAINT "ledger_charge_refund_pkey" PRIMARY KEY ("customer_id","charge_id")
);

-- CreateTable
CREATE TABLE "payment_method" (
    "customer_id" TEXT NOT NULL,
    "payment_method_id" TEXT NOT NULL,
    "livemode" BOOLEAN NOT NULL,
    "card_brand" TEXT NOT NULL,
    "card_last4" TEXT NOT NULL,
    "card_exp_month" INTEGER NOT NULL,
    "card_exp_year" INTEGER NOT NULL,
    "card_fingerprint" TEXT,
    "card_country" TEXT,
    "usable_off_session" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "detached_at" TIMESTAMPTZ(3),

    CONSTRAINT "payment_method_pkey" PRIMARY KEY ("customer_id","payment_method_id")
);

-- CreateTable
CREATE TABLE "worker_heartbeat" (
    "worker_id" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "worker_heartbeat_pkey" PRIMARY KEY ("worker_id")
);

-- CreateTable
CREATE TABLE "stripe_event" (
    "stripe_event_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "livemode" BOOLEAN NOT NULL,
    "api_version" TEXT,
    "object_id" TEXT,
    "payload" JSONB NOT NULL,
    "status" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 1,
    "last_error" TEXT,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "next_try_at" TIMESTAMPTZ(3),

    CONSTRAINT "stripe_event_pkey" PRIMARY KEY ("stripe_event_id")
);

-- CreateTable
CREATE TABLE "topup_intent" (
    "customer_id" TEXT NOT NULL,
    "topup_intent_id" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "source" TEXT NOT NULL DEFAULT 'checkout',
    "status" TEXT NOT NULL DEFAULT 'created',
    "version" INTEGER NOT NULL DEFAULT 0,
    "amount_cents" INTEGER,
    "save_payment_method" BOOLEAN NOT NULL DEFAULT false,
    "livemode" BOOLEAN NOT NULL,
    "idempotency_owner" TEXT,
    "idempotency_key" TEXT,
    "request_hash" TEXT NOT NULL,
    "session_attempt" INTEGER NOT NULL DEFAULT 1,
    "session_params" JSONB NOT NULL,
    "session_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "stripe_session_id" TEXT,
    "stripe_session_url" TEXT,
    "stripe_payment_intent_id" TEXT,
    "stripe_setup_intent_id" TEXT,
    "tax_cents" INTEGER,
    "total_cents" INTEGER,
    "presentment_amount" INTEGER,
    "presentment_currency" TEXT,
    "invoice_number" TEXT,
    "invoice_hosted_url" TEXT,
    "invoice_pdf_url" TEXT,
    "failure_code" TEXT,
    "failure_message" TEXT,
    "review_reason" TEXT,
    "credited_at" TIMESTAMPTZ(3),
    "credited_nanos" BIGINT NOT NULL DEFAULT 0,
    "reversed_nanos" BIGINT NOT NULL DEFAULT 0,
    "dispute_state" TEXT,
    "api_key_id" TEXT,
    "user_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "next_check_at" TIMESTAMPTZ(3),
    "check_count" INTEGER NOT NULL DEFAULT 0,
    "looked_at" TIMESTAMPTZ(3),

    CONSTRAINT "topup_intent_pkey" PRIMARY KEY ("customer_id","topup_intent_id")
);

-- CreateTable
CREATE TABLE "topup_timeline" (
    "customer_id" TEXT NOT NULL,
    "topup_intent_id" TEXT NOT NULL,
    "entry_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "what" TEXT NOT NULL,
    "reference" TEXT,

    CONSTRAINT "topup_timeline_pkey" PRIMARY KEY ("customer_id","topup_intent_id","entry_id")
);

-- CreateTable
CREATE TABLE "alert" (
    "customer_id" TEXT NOT NULL,
    "alert_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "alert_pkey" PRIMARY KEY ("customer_id","alert_id")
);

-- CreateTable
CREATE TABLE "refund_task" (
    "customer_id" TEXT NOT NULL,
    "stripe_payment_intent_id" TEXT NOT NULL,
    "topup_intent_id" TEXT NOT NULL,
    "amount_cents" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'open',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "refund_task_pkey" PRIMARY KEY ("customer_id","stripe_payment_intent_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_key_prefix_key" ON "api_key"("prefix");

-- CreateIndex
CREATE INDEX "api_key_customer_id_idx" ON "api_key"("customer_id");

-- CreateIndex
CREATE UNIQUE INDEX "app_user_email_key" ON "app_user"("email");

-- CreateIndex
CREATE INDEX "oauth_account_user_id_idx" ON "oauth_account"("user_id");

-- CreateIndex
CREATE INDEX "membership_user_id_idx" ON "membership"("user_id");

-- CreateIndex
CREATE INDEX "customer_email_idx" ON "customer"("email");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_transfer_customer_id_transfer_id_key" ON "ledger_transfer"("customer_id", "transfer_id");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_transfer_customer_id_source_type_source_id_kind_sour_key" ON "ledger_transfer"("customer_id", "source_type", "source_id", "kind", "source_revision");

-- CreateIndex
CREATE INDEX "topup_intent_customer_id_created_at_idx" ON "topup_intent"("customer_id", "created_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "topup_intent_customer_id_idempotency_owner_idempotency_key_key" ON "topup_intent"("customer_id", "idempotency_owner", "idempotency_key");

-- CreateIndex
CREATE UNIQUE INDEX "alert_customer_id_kind_subject_id_key" ON "alert"("customer_id", "kind", "subject_id");

-- AddForeignKey
ALTER TABLE "oauth_account" ADD CONSTRAINT "oauth_account_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("customer_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stripe_customer" ADD CONSTRAINT "stripe_customer_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("customer_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- From here on by hand: what Prisma cannot express.

-- Members and keys ----------------------------------------------------------------------------------------------

ALTER TABLE "membership"
  ADD CONSTRAINT "membership_role" CHECK ("role" IN ('owner', 'billing', 'developer', 'viewer'));

ALTER TABLE "app_user"
  ADD CONSTRAINT "app_user_email_is_lower_case" CHECK ("email" = lower("email"));

-- A customer key never carries admin; an operator key never acts as a customer in billing.
ALTER TABLE "api_key"
  ADD CONSTRAINT "api_key_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "api_key_hash_is_sha256" CHECK (octet_length("secret_hash") = 32),
  ADD CONSTRAINT "api_key_scopes" CHECK (
    cardinality("scopes") > 0 AND CASE
      WHEN "customer_id" IS NULL THEN "scopes" <@ ARRAY['usage:read', 'usage:write', 'admin']
      ELSE "scopes" <@ ARRAY['billing:read', 'billing:write', 'usage:read', 'usage:write']
    END
  );

-- Ledger --------------------------------------------------------------------------------------------------------

-- Room on each page, so that the update of a balance stays on it (a HOT update touches no index).
ALTER TABLE "ledger_account" SET (fillfactor = 70);

ALTER TABLE "ledger_account"
  ADD CONSTRAINT "ledger_account_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "ledger_account_balance_in_range" CHECK ("balance_nanos" BETWEEN -9000000000000000000 AND 9000000000000000000),
  ADD CONSTRAINT "ledger_account_held_not_negative" CHECK ("held_nanos" >= 0),
  ADD CONSTRAINT "ledger_account_seq_not_negative" CHECK ("last_seq" >= 0),
  ADD CONSTRAINT "ledger_account_status" CHECK ("status" IN ('active', 'frozen', 'closed'));

ALTER TABLE "ledger_transfer"
  ADD CONSTRAINT "ledger_transfer_seq_positive" CHECK ("seq" > 0),
  ADD CONSTRAINT "ledger_transfer_amount_positive" CHECK ("amount_nanos" > 0),
  ADD CONSTRAINT "ledger_transfer_revision_not_negative" CHECK ("source_revision" >= 0),
  ADD CONSTRAINT "ledger_transfer_kind" CHECK (
    ("kind", "direction", "house_account") IN (
      ('credit', 'credit', 'stripe_clearing'),
      ('stripe_refund', 'debit', 'stripe_clearing'),
      ('stripe_refund_reversal', 'credit', 'stripe_clearing'),
      ('dispute', 'debit', 'disputes'),
      ('dispute_reversal', 'credit', 'disputes'),
      ('charge', 'debit', 'revenue'),
      ('refund', 'credit', 'revenue'),
      ('grant', 'credit', 'promotions'),
      ('expiry', 'debit', 'promotions'),
      ('adjustment', 'credit', 'adjustments'),
      ('adjustment', 'debit', 'adjustments')
    )
  ),
  -- A credit is one top-up's, whole cents from $5 to $5,000, and there is no second one.
  ADD CONSTRAINT "ledger_transfer_credit_is_a_topup" CHECK (
    "kind" <> 'credit' OR (
      "source_type" = 'topup' AND "source_revision" = 0
      AND "amount_nanos" BETWEEN 5000000000 AND 5000000000000 AND "amount_nanos" % 10000000 = 0
    )
  ),
  ADD CONSTRAINT "ledger_transfer_key_has_owner" CHECK (("idempotency_owner" IS NULL) = ("idempotency_key" IS NULL)),
  ADD CONSTRAINT "ledger_transfer_key_has_hash" CHECK ("idempotency_key" IS NULL OR "request_hash" IS NOT NULL);

CREATE UNIQUE INDEX "ledger_transfer_idempotency" ON "ledger_transfer" ("customer_id", "idempotency_owner", "idempotency_key")
  WHERE "idempotency_key" IS NOT NULL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER "ledger_transfer_append_only" BEFORE UPDATE OR DELETE ON "ledger_transfer"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "ledger_transfer_no_truncate" BEFORE TRUNCATE ON "ledger_transfer"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE "ledger_hold"
  ADD CONSTRAINT "ledger_hold_amount_positive" CHECK ("amount_nanos" > 0),
  ADD CONSTRAINT "ledger_hold_status" CHECK ("status" IN ('open', 'captured', 'released', 'expired')),
  ADD CONSTRAINT "ledger_hold_captured" CHECK (("status" = 'captured') = ("captured_nanos" IS NOT NULL)),
  ADD CONSTRAINT "ledger_hold_captured_positive" CHECK ("captured_nanos" > 0),
  ADD CONSTRAINT "ledger_hold_closed" CHECK (("status" = 'open') = ("closed_at" IS NULL)),
  ADD CONSTRAINT "ledger_hold_key_has_owner" CHECK (("idempotency_owner" IS NULL) = ("idempotency_key" IS NULL));

CREATE UNIQUE INDEX "ledger_hold_idempotency" ON "ledger_hold" ("customer_id", "idempotency_owner", "idempotency_key")
  WHERE "idempotency_key" IS NOT NULL;

ALTER TABLE "ledger_charge_refund"
  ADD CONSTRAINT "ledger_charge_refund_in_range" CHECK ("refunded_nanos" BETWEEN 0 AND "charged_nanos");

-- Top-ups -------------------------------------------------------------------------------------------------------

ALTER TABLE "topup_intent"
  ADD CONSTRAINT "topup_intent_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "topup_intent_mode" CHECK ("mode" IN ('payment', 'setup')),
  ADD CONSTRAINT "topup_intent_source" CHECK ("source" IN ('checkout', 'auto')),
  ADD CONSTRAINT "topup_intent_status" CHECK ("status" IN (
    'created', 'open', 'processing', 'succeeded', 'retry_wait', 'action_required', 'failed', 'expired', 'canceled', 'needs_review'
  )),
  ADD CONSTRAINT "topup_intent_amount" CHECK (
    CASE "mode" WHEN 'payment' THEN "amount_cents" IS NOT NULL AND "amount_cents" BETWEEN 500 AND 500000 ELSE "amount_cents" IS NULL END
  ),
  -- Money and state agree: credited exactly when a payment succeeded, exactly by the intent's own amount.
  ADD CONSTRAINT "topup_intent_credit" CHECK (
    CASE
      WHEN "credited_at" IS NULL THEN "credited_nanos" = 0
      ELSE "mode" = 'payment' AND "credited_nanos" = "amount_cents"::bigint * 10000000
    END
  ),
  ADD CONSTRAINT "topup_intent_succeeded" CHECK ("mode" = 'setup' OR ("status" = 'succeeded') = ("credited_at" IS NOT NULL)),
  ADD CONSTRAINT "topup_intent_reversed" CHECK ("reversed_nanos" BETWEEN 0 AND "credited_nanos"),
  ADD CONSTRAINT "topup_intent_open_has_session" CHECK ("status" <> 'open' OR "source" = 'auto' OR "stripe_session_id" IS NOT NULL),
  ADD CONSTRAINT "topup_intent_review_has_reason" CHECK ("status" <> 'needs_review' OR "review_reason" IS NOT NULL),
  ADD CONSTRAINT "topup_intent_key_has_owner" CHECK (("idempotency_owner" IS NULL) = ("idempotency_key" IS NULL));

CREATE INDEX "topup_intent_due" ON "topup_intent" ("next_check_at") WHERE "next_check_at" IS NOT NULL;

ALTER TABLE "topup_timeline"
  ADD CONSTRAINT "topup_timeline_intent" FOREIGN KEY ("customer_id", "topup_intent_id")
    REFERENCES "topup_intent" ("customer_id", "topup_intent_id") ON DELETE RESTRICT;
CREATE TRIGGER "topup_timeline_append_only" BEFORE UPDATE OR DELETE ON "topup_timeline"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE "refund_task"
  ADD CONSTRAINT "refund_task_amount_positive" CHECK ("amount_cents" > 0),
  ADD CONSTRAINT "refund_task_status" CHECK ("status" IN ('open', 'done', 'dismissed')),
  ADD CONSTRAINT "refund_task_intent" FOREIGN KEY ("customer_id", "topup_intent_id")
    REFERENCES "topup_intent" ("customer_id", "topup_intent_id") ON DELETE RESTRICT;

-- Stripe --------------------------------------------------------------------------------------------------------

ALTER TABLE "stripe_object"
  ADD CONSTRAINT "stripe_object_kind" CHECK ("kind" IN ('customer', 'checkout_session', 'payment_intent', 'setup_intent', 'payment_method'));

ALTER TABLE "payment_method"
  ADD CONSTRAINT "payment_method_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT;

ALTER TABLE "stripe_event"
  ADD CONSTRAINT "stripe_event_status" CHECK ("status" IN ('processed', 'ignored', 'failed')),
  ADD CONSTRAINT "stripe_event_finished" CHECK (("status" = 'failed') = ("finished_at" IS NULL));

CREATE INDEX "stripe_event_due" ON "stripe_event" ("next_try_at") WHERE "status" = 'failed';

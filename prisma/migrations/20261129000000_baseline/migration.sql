-- The baseline: the whole schema, as `prisma/schema` and `prisma/sql` have it. From here on migrations are only added.

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
    "rolled_from" TEXT,

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
CREATE TABLE "user_session" (
    "session_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "only_customer_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "user_session_pkey" PRIMARY KEY ("session_id")
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
    "cards_version" INTEGER NOT NULL DEFAULT 0,
    "deleted_at" TIMESTAMPTZ(3),
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
    "held_after_nanos" BIGINT NOT NULL DEFAULT 0,
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
    "opened_by" TEXT NOT NULL,
    "amount_nanos" BIGINT NOT NULL,
    "captured_nanos" BIGINT,
    "status" TEXT NOT NULL DEFAULT 'open',
    "expires_at" TIMESTAMPTZ(3),
    "next_expiry_at" TIMESTAMPTZ(3),
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
CREATE TABLE "stored_answer" (
    "idempotency_owner" TEXT NOT NULL,
    "idempotency_key" TEXT NOT NULL,
    "operation_id" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "claim_id" TEXT NOT NULL,
    "status" INTEGER,
    "body" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stored_answer_pkey" PRIMARY KEY ("idempotency_owner","idempotency_key")
);

-- CreateTable
CREATE TABLE "rate_limit_count" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "rate_limit_count_pkey" PRIMARY KEY ("key")
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

-- CreateTable
CREATE TABLE "usage_rollup" (
    "customer_id" TEXT NOT NULL,
    "grain" TEXT NOT NULL,
    "bucket_at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "api_key_id" TEXT NOT NULL DEFAULT '',
    "amount_nanos" BIGINT NOT NULL,
    "count" BIGINT NOT NULL,
    "first_seq" BIGINT,
    "last_seq" BIGINT,

    CONSTRAINT "usage_rollup_pkey" PRIMARY KEY ("customer_id","grain","bucket_at","kind","api_key_id")
);

-- CreateTable
CREATE TABLE "usage_rollup_mark" (
    "customer_id" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "minutes_begin_at" TIMESTAMPTZ(3),
    "next_try_at" TIMESTAMPTZ(3),

    CONSTRAINT "usage_rollup_mark_pkey" PRIMARY KEY ("customer_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_key_prefix_key" ON "api_key"("prefix");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_rolled_from_key" ON "api_key"("rolled_from");

-- CreateIndex
CREATE INDEX "api_key_customer_id_idx" ON "api_key"("customer_id");

-- CreateIndex
CREATE UNIQUE INDEX "app_user_email_key" ON "app_user"("email");

-- CreateIndex
CREATE INDEX "oauth_account_user_id_idx" ON "oauth_account"("user_id");

-- CreateIndex
CREATE INDEX "user_session_user_id_idx" ON "user_session"("user_id");

-- CreateIndex
CREATE INDEX "membership_user_id_idx" ON "membership"("user_id");

-- CreateIndex
CREATE INDEX "customer_email_idx" ON "customer"("email");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_transfer_customer_id_transfer_id_key" ON "ledger_transfer"("customer_id", "transfer_id");

-- CreateIndex
CREATE UNIQUE INDEX "operator_action_idempotency_key_key" ON "operator_action"("idempotency_key");

-- CreateIndex
CREATE INDEX "operator_action_verb_action_id_idx" ON "operator_action"("verb", "action_id" DESC);

-- CreateIndex
CREATE INDEX "operator_action_customer_id_action_id_idx" ON "operator_action"("customer_id", "action_id" DESC);

-- CreateIndex
CREATE INDEX "stored_answer_created_at_idx" ON "stored_answer"("created_at");

-- CreateIndex
CREATE INDEX "topup_intent_customer_id_created_at_idx" ON "topup_intent"("customer_id", "created_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "topup_intent_customer_id_idempotency_owner_idempotency_key_key" ON "topup_intent"("customer_id", "idempotency_owner", "idempotency_key");

-- CreateIndex
CREATE UNIQUE INDEX "alert_customer_id_kind_subject_id_key" ON "alert"("customer_id", "kind", "subject_id");

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_rolled_from_fkey" FOREIGN KEY ("rolled_from") REFERENCES "api_key"("api_key_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "oauth_account" ADD CONSTRAINT "oauth_account_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_session" ADD CONSTRAINT "user_session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("customer_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stripe_customer" ADD CONSTRAINT "stripe_customer_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("customer_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- prisma/sql/types/ledger_account.sql

-- The limits of an account's columns. Postgres reads the text of a CHECK again in every statement that writes to its table;
-- what a type says it reads once in a connection, and only for statements that set a column of that type.
CREATE DOMAIN "ledger_account_balance_nanos" AS BIGINT
  CONSTRAINT "ledger_account_balance_in_range" CHECK (VALUE BETWEEN -9000000000000000000 AND 9000000000000000000);
CREATE DOMAIN "ledger_account_held_nanos" AS BIGINT
  CONSTRAINT "ledger_account_held_not_negative" CHECK (VALUE >= 0);
CREATE DOMAIN "ledger_account_last_seq" AS BIGINT
  CONSTRAINT "ledger_account_seq_not_negative" CHECK (VALUE >= 0);
CREATE DOMAIN "ledger_account_status" AS TEXT
  CONSTRAINT "ledger_account_status" CHECK (VALUE IN ('active', 'frozen', 'closed'));

ALTER TABLE "ledger_account"
  ALTER COLUMN "balance_nanos" TYPE "ledger_account_balance_nanos",
  ALTER COLUMN "held_nanos" TYPE "ledger_account_held_nanos",
  ALTER COLUMN "last_seq" TYPE "ledger_account_last_seq",
  ALTER COLUMN "status" TYPE "ledger_account_status";

-- prisma/sql/constraints/api-keys.sql

-- A customer's key never has the scope admin; an operator's key never acts as a customer in billing.
ALTER TABLE "api_key"
  ADD CONSTRAINT "api_key_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "api_key_hash_is_sha256" CHECK (octet_length("secret_hash") = 32),
  ADD CONSTRAINT "api_key_rolled_from_another" CHECK ("rolled_from" <> "api_key_id"),
  ADD CONSTRAINT "api_key_scopes" CHECK (
    cardinality("scopes") > 0 AND CASE
      WHEN "customer_id" IS NULL THEN "scopes" <@ ARRAY['usage:read', 'usage:write', 'admin']
      ELSE "scopes" <@ ARRAY['billing:read', 'billing:write', 'usage:read', 'usage:write']
    END
  );

-- prisma/sql/constraints/auth.sql

ALTER TABLE "app_user"
  ADD CONSTRAINT "app_user_email_is_lower_case" CHECK ("email" = lower("email"));

ALTER TABLE "user_session"
  ADD CONSTRAINT "user_session_customer" FOREIGN KEY ("only_customer_id") REFERENCES "customer" ("customer_id") ON DELETE CASCADE,
  ADD CONSTRAINT "user_session_expires_later" CHECK ("expires_at" > "created_at");

-- prisma/sql/constraints/billing-links.sql

ALTER TABLE "billing_link"
  ADD CONSTRAINT "billing_link_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "billing_link_hash_is_sha256" CHECK (octet_length("token_hash") = 32),
  ADD CONSTRAINT "billing_link_email_is_lower_case" CHECK ("email" = lower("email")),
  ADD CONSTRAINT "billing_link_path_is_ours" CHECK ("return_path" ~ '^/billing($|[/?])'),
  ADD CONSTRAINT "billing_link_expires_later" CHECK ("expires_at" > "created_at"),
  ADD CONSTRAINT "billing_link_used_in_time" CHECK ("used_at" < "expires_at");

-- prisma/sql/constraints/customers.sql

ALTER TABLE "customer"
  ADD CONSTRAINT "customer_email_is_lower_case" CHECK ("email" = lower("email"));

ALTER TABLE "membership"
  ADD CONSTRAINT "membership_role" CHECK ("role" IN ('owner', 'billing', 'developer', 'viewer'));

ALTER TABLE "stripe_object"
  ADD CONSTRAINT "stripe_object_kind" CHECK ("kind" IN ('customer', 'checkout_session', 'payment_intent', 'setup_intent', 'payment_method'));

-- prisma/sql/constraints/ledger.sql

-- Leaves room on each page, so that the update of a balance stays on it (a HOT update touches no index).
ALTER TABLE "ledger_account" SET (fillfactor = 70);
ALTER TABLE "ledger_account"
  ADD CONSTRAINT "ledger_account_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT;

-- The rules of a single transfer are in the trigger ledger_transfer_is_lawful.
CREATE UNIQUE INDEX "ledger_transfer_idempotency" ON "ledger_transfer" ("customer_id", "idempotency_owner", "idempotency_key")
  WHERE "idempotency_key" IS NOT NULL;

-- A charge is its own source, and the unique index on (customer_id, transfer_id) already says that there is no second one. So
-- charges stay out of the index on the source.
CREATE UNIQUE INDEX "ledger_transfer_source" ON "ledger_transfer"
  ("customer_id", "source_type", "source_id", "kind", "source_revision") WHERE "source_type" <> 'charge';

-- Everything but charges is rare: a page of transfers of one kind is found here, and charges pay nothing for it.
CREATE INDEX "ledger_transfer_rare" ON "ledger_transfer" ("customer_id", "kind", "seq" DESC) WHERE "kind" <> 'charge';

-- A hold is at most a million dollars.
ALTER TABLE "ledger_hold"
  ADD CONSTRAINT "ledger_hold_amount_positive" CHECK ("amount_nanos" > 0),
  ADD CONSTRAINT "ledger_hold_amount_at_most" CHECK ("amount_nanos" <= 1000000000000000),
  ADD CONSTRAINT "ledger_hold_status" CHECK ("status" IN ('open', 'captured', 'released', 'expired')),
  ADD CONSTRAINT "ledger_hold_captured" CHECK (("status" = 'captured') = ("captured_nanos" IS NOT NULL)),
  ADD CONSTRAINT "ledger_hold_captured_positive" CHECK ("captured_nanos" > 0),
  ADD CONSTRAINT "ledger_hold_closed" CHECK (("status" = 'open') = ("closed_at" IS NULL)),
  ADD CONSTRAINT "ledger_hold_key_has_owner" CHECK (("idempotency_owner" IS NULL) = ("idempotency_key" IS NULL));

CREATE UNIQUE INDEX "ledger_hold_idempotency" ON "ledger_hold" ("customer_id", "idempotency_owner", "idempotency_key")
  WHERE "idempotency_key" IS NOT NULL;

-- What the sweep of expired holds looks for.
CREATE INDEX "ledger_hold_due" ON "ledger_hold" ("expires_at") WHERE "status" = 'open' AND "expires_at" IS NOT NULL;

ALTER TABLE "ledger_charge_refund"
  ADD CONSTRAINT "ledger_charge_refund_in_range" CHECK ("refunded_nanos" BETWEEN 0 AND "charged_nanos");

-- prisma/sql/constraints/operator-actions.sql

-- Whoever moves money or stops somebody's spending says why.
ALTER TABLE "operator_action"
  ADD CONSTRAINT "operator_action_verb" CHECK ("verb" IN (
    'create_customer', 'freeze_customer', 'unfreeze_customer', 'adjust_balance', 'repair_account',
    'create_api_key', 'roll_api_key', 'revoke_api_key', 'create_billing_link'
  )),
  ADD CONSTRAINT "operator_action_has_reason" CHECK (
    "reason" <> '' OR "verb" NOT IN ('freeze_customer', 'unfreeze_customer', 'adjust_balance', 'repair_account')
  ),
  ADD CONSTRAINT "operator_action_key_has_hash" CHECK (("idempotency_key" IS NULL) = ("request_hash" IS NULL));

-- prisma/sql/constraints/payment-methods.sql

ALTER TABLE "payment_method"
  ADD CONSTRAINT "payment_method_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT;

-- prisma/sql/constraints/platform.sql

ALTER TABLE "stored_answer" ADD CONSTRAINT "stored_answer_finished" CHECK (("status" IS NULL) = ("body" IS NULL));

-- Counts of the current minute: after a crash they begin again, so they need no log.
ALTER TABLE "rate_limit_count" SET UNLOGGED;

-- prisma/sql/constraints/stripe-events.sql

ALTER TABLE "stripe_event"
  ADD CONSTRAINT "stripe_event_status" CHECK ("status" IN ('processed', 'foreign', 'unhandled', 'failed')),
  ADD CONSTRAINT "stripe_event_finished" CHECK (("status" IN ('unhandled', 'failed')) = ("finished_at" IS NULL));

CREATE INDEX "stripe_event_due" ON "stripe_event" ("next_try_at") WHERE "status" = 'failed';
-- An event of a type that no version has known waits until one does.
CREATE INDEX "stripe_event_unhandled" ON "stripe_event" ("type") WHERE "status" = 'unhandled';

-- prisma/sql/constraints/top-ups.sql

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
  ADD CONSTRAINT "topup_intent_credit_has_payment" CHECK (
    "credited_at" IS NULL OR "stripe_payment_intent_id" IS NOT NULL
  ),
  ADD CONSTRAINT "topup_intent_succeeded" CHECK ("mode" = 'setup' OR ("status" = 'succeeded') = ("credited_at" IS NOT NULL)),
  ADD CONSTRAINT "topup_intent_reversed" CHECK ("reversed_nanos" BETWEEN 0 AND "credited_nanos"),
  ADD CONSTRAINT "topup_intent_open_has_session" CHECK ("status" <> 'open' OR "source" = 'auto' OR "stripe_session_id" IS NOT NULL),
  ADD CONSTRAINT "topup_intent_review_has_reason" CHECK ("status" <> 'needs_review' OR "review_reason" IS NOT NULL),
  ADD CONSTRAINT "topup_intent_key_has_owner" CHECK (("idempotency_owner" IS NULL) = ("idempotency_key" IS NULL));

-- One payment credits one top-up, and a Checkout Session belongs to one. That neither belongs to another customer as well is
-- guaranteed by "stripe_object", whose key is Stripe's id alone.
CREATE UNIQUE INDEX "topup_intent_payment" ON "topup_intent" ("customer_id", "stripe_payment_intent_id")
  WHERE "stripe_payment_intent_id" IS NOT NULL;
CREATE UNIQUE INDEX "topup_intent_session" ON "topup_intent" ("customer_id", "stripe_session_id")
  WHERE "stripe_session_id" IS NOT NULL;

-- What is undecided, and what was credited before its invoice was known: two sweeps, so that the first never waits for the
-- other.
CREATE INDEX "topup_intent_due" ON "topup_intent" ("next_check_at", "customer_id", "topup_intent_id")
  WHERE "next_check_at" IS NOT NULL AND "credited_at" IS NULL;
CREATE INDEX "topup_intent_invoice_due" ON "topup_intent" ("next_check_at", "customer_id", "topup_intent_id")
  WHERE "next_check_at" IS NOT NULL AND "credited_at" IS NOT NULL;

-- Invoices are listed newest first. Without it a page reads every attempt that the customer ever left unpaid.
CREATE INDEX "topup_intent_invoice" ON "topup_intent" ("customer_id", "topup_intent_id" DESC)
  WHERE "invoice_hosted_url" IS NOT NULL;

ALTER TABLE "topup_timeline"
  ADD CONSTRAINT "topup_timeline_intent" FOREIGN KEY ("customer_id", "topup_intent_id")
    REFERENCES "topup_intent" ("customer_id", "topup_intent_id") ON DELETE RESTRICT;

ALTER TABLE "refund_task"
  ADD CONSTRAINT "refund_task_amount_positive" CHECK ("amount_cents" > 0),
  ADD CONSTRAINT "refund_task_status" CHECK ("status" IN ('open', 'done', 'dismissed')),
  ADD CONSTRAINT "refund_task_intent" FOREIGN KEY ("customer_id", "topup_intent_id")
    REFERENCES "topup_intent" ("customer_id", "topup_intent_id") ON DELETE RESTRICT;

-- prisma/sql/constraints/usage.sql

ALTER TABLE "usage_rollup"
  ADD CONSTRAINT "usage_rollup_grain" CHECK ("grain" IN ('minute', 'hour', 'day')),
  ADD CONSTRAINT "usage_rollup_hour_has_numbers" CHECK (
    ("grain" = 'hour') = ("first_seq" IS NOT NULL AND "last_seq" IS NOT NULL)
  );

-- Whole hours: the part of an hour before it is read from the ledger, the part behind it from sums by minute.
ALTER TABLE "usage_rollup_mark" ADD CONSTRAINT "usage_rollup_mark_whole_hour" CHECK (
  extract(epoch FROM "minutes_begin_at") % 3600 = 0
);

-- prisma/sql/functions/ledger_adjust.sql

-- Raises or lowers a balance by hand (`p_amount` signed). The account is locked first, so the key that is looked up next
-- cannot be written at the same time; the key comes before the balance, as everywhere. A frozen account can be adjusted, a
-- closed one cannot.
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

-- prisma/sql/functions/ledger_capture_hold.sql

-- Turns a hold into a charge, in one round trip; each inner statement sees what was committed before it got its lock.
-- `p_amount` null: all of it. Only the outcome `captured` has written anything.
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

-- prisma/sql/functions/ledger_charge_batch.sql

-- Charges one customer's items in order, in one statement: the account is locked once, keys that are known are replayed, and
-- each item is accepted if it still fits. A refused item takes nothing. Items that are all new and can all be paid for are
-- written at once. `p_items` is a list of { n, id, key, hash, amount, description, metadata, overdraft }.
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

-- prisma/sql/functions/ledger_charge_group.sql

-- Writes many charges in one round trip (group commit), in order. One customer's charges that follow each other are one
-- transaction, and no transaction touches two customers, so that none holds a lock while another one waits. Within it each
-- charge is undone alone. Only the disk is waited for once, at the end: a commit is on the disk when a later one is, so the
-- result, which is returned after the last, is as durable as that of a single charge.
--
-- The result has an element for each item, in order: [balance, held, time] of what was written, null where nothing was, or
-- the SQLSTATE of an error. A transaction that a procedure begins after its COMMIT has the default level of the session
-- again; under a stricter one an account that somebody else has just changed would not be waited for but refused.
CREATE OR REPLACE PROCEDURE ledger_charge_group(INOUT items jsonb) LANGUAGE plpgsql AS $$
DECLARE
  item record;
  account record;
  current_customer text;
  posted_at timestamptz(3);
  result jsonb;
  results jsonb := '[]';
  -- Whoever waits behind a locked row is another customer. A short wait saves a second round trip; a long one does not pay.
  max_lock_wait text := '20ms';
  -- Customers whose row was locked. Their later charges are left out, or they would overtake the first.
  locked_customers text[] := '{}';
BEGIN
  FOR item IN
    SELECT * FROM jsonb_to_recordset(items) AS given(
      customer text, amount bigint, id text, owner text, key text, hash text, description text, metadata jsonb,
      api_key text, overdraft boolean
    )
  LOOP
    IF item.customer IS DISTINCT FROM current_customer THEN
      COMMIT;
      -- The call itself has a snapshot already, so the level is named for each transaction after it.
      SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
      PERFORM set_config('synchronous_commit', 'off', true), set_config('lock_timeout', max_lock_wait, true);
      current_customer := item.customer;
    END IF;
    IF item.customer = ANY (locked_customers) THEN
      results := results || to_jsonb('55P03'::text);
      CONTINUE;
    END IF;
    result := NULL;
    BEGIN
      UPDATE public.ledger_account
      SET balance_nanos = balance_nanos - item.amount, last_seq = last_seq + 1
      WHERE customer_id = item.customer
        AND CASE WHEN item.overdraft THEN status <> 'closed'
                 ELSE status = 'active' AND balance_nanos - held_nanos >= item.amount END
      RETURNING last_seq, balance_nanos, held_nanos, auto_topup_threshold_nanos INTO account;

      IF FOUND THEN
        posted_at := clock_timestamp();
        -- Never ON CONFLICT: a known key must raise and undo the UPDATE.
        INSERT INTO public.ledger_transfer (
          customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos, held_after_nanos,
          house_account, source_type, source_id, idempotency_owner, idempotency_key, request_hash, description,
          metadata, api_key_id, occurred_at, created_at
        ) VALUES (
          item.customer, account.last_seq, item.id, 'charge', 'debit', item.amount, account.balance_nanos, account.held_nanos,
          'revenue', 'charge', item.id, item.owner, item.key, item.hash, item.description,
          item.metadata, item.api_key, posted_at, posted_at
        );
        IF account.auto_topup_threshold_nanos IS NOT NULL THEN
          PERFORM public.ledger_wake_auto_topup(
            item.customer, account.balance_nanos - account.held_nanos + item.amount,
            account.balance_nanos - account.held_nanos, account.auto_topup_threshold_nanos
          );
        END IF;
        result := jsonb_build_array(account.balance_nanos::text, account.held_nanos::text, posted_at);
      END IF;
    EXCEPTION WHEN OTHERS THEN
      result := to_jsonb(SQLSTATE);
      IF SQLSTATE = '55P03' THEN
        locked_customers := locked_customers || item.customer;
        max_lock_wait := '1ms'; -- the waits for many locked rows must not add up
      END IF;
    END;
    results := results || jsonb_build_array(result);
  END LOOP;
  COMMIT;

  -- The commit that is waited for. It must have something to write, or it would wait for nothing.
  PERFORM pg_logical_emit_message(true, 'brim', '');
  COMMIT;
  items := results;
END
$$;

-- prisma/sql/functions/ledger_expire_hold.sql

-- Ends a hold that has expired. Its next try is planned first and stays planned when the hold cannot be ended; then the reason
-- is returned, and the caller goes on with the next hold. The waits grow with the time that the hold is overdue, up to an
-- hour. A hold that is being captured is passed over: the capture wins.
CREATE OR REPLACE FUNCTION ledger_expire_hold(
  p_customer text, p_hold text, p_now timestamptz, OUT outcome text, OUT reason text
) LANGUAGE plpgsql SET enable_seqscan = off SET lock_timeout = '1s' SET search_path = public, pg_temp AS $$
DECLARE
  hold public.ledger_hold%ROWTYPE;
BEGIN
  SELECT * INTO hold FROM public.ledger_hold h WHERE h.customer_id = p_customer AND h.hold_id = p_hold
  FOR UPDATE SKIP LOCKED;
  IF NOT FOUND OR hold.status <> 'open' OR hold.expires_at IS NULL OR hold.expires_at > p_now
    OR hold.next_expiry_at > p_now
  THEN
    outcome := 'passed_over';
    RETURN;
  END IF;
  UPDATE public.ledger_hold h
  SET next_expiry_at = p_now + least(interval '1 hour', greatest(interval '1 minute', p_now - hold.expires_at))
  WHERE h.customer_id = p_customer AND h.hold_id = p_hold;
  BEGIN
    UPDATE public.ledger_hold h SET status = 'expired', closed_at = clock_timestamp()
    WHERE h.customer_id = p_customer AND h.hold_id = p_hold;
    UPDATE public.ledger_account a SET held_nanos = a.held_nanos - hold.amount_nanos WHERE a.customer_id = p_customer;
    IF NOT FOUND THEN RAISE EXCEPTION 'the customer has no ledger account'; END IF;
    outcome := 'expired';
  EXCEPTION
    -- Another transaction is in the way: whoever called repeats the whole, or comes again.
    WHEN serialization_failure OR deadlock_detected OR lock_not_available THEN RAISE;
    WHEN OTHERS THEN
      outcome := 'failed';
      reason := SQLERRM;
  END;
END
$$;

-- prisma/sql/functions/ledger_key_names_hold.sql

-- Whether an idempotency key names a hold. Sequential scans are ruled out here and not in the trigger, so that a row without
-- a key does not pay for it. Runs with every charge, so it qualifies its names instead of setting the search path.
CREATE OR REPLACE FUNCTION ledger_key_names_hold(p_customer text, p_owner text, p_key text) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  RETURN EXISTS (
    SELECT 1 FROM public.ledger_hold h
    WHERE h.customer_id = p_customer AND h.idempotency_owner = p_owner AND h.idempotency_key = p_key
  );
END
$$;

-- prisma/sql/functions/ledger_refund_charge.sql

-- Refunds a charge, in part or in full (`p_amount` null: all that is left). The guard is the row that counts what was
-- refunded, locked before the account: a sum inside one statement is older than the lock. A refund that is refused for its key
-- or for more than was ever charged does not write that row.
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

-- prisma/sql/functions/ledger_refuse_key_of_transfer.sql

-- Refuses a hold whose idempotency key names a transfer or a top-up: a key names one effect, whichever table it lies in. The
-- account's row is locked by then, and a trigger's query sees what was committed before it got that lock.
CREATE OR REPLACE FUNCTION ledger_refuse_key_of_transfer() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM ledger_transfer t
    WHERE t.customer_id = NEW.customer_id AND t.idempotency_owner = NEW.idempotency_owner AND t.idempotency_key = NEW.idempotency_key
  ) THEN
    RAISE EXCEPTION 'the key % names a transfer', NEW.idempotency_key USING ERRCODE = 'unique_violation';
  END IF;
  IF NEW.idempotency_owner <> 'operator' THEN
    PERFORM refuse_key_of_topup(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key);
  END IF;
  RETURN NEW;
END
$$;

-- prisma/sql/functions/ledger_release_hold.sql

-- Releases a hold. A hold that was released or has expired is left as it is.
CREATE OR REPLACE FUNCTION ledger_release_hold(p_customer text, p_hold text, p_principal text, OUT outcome text)
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
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
  -- Top-ups are made by customers alone, so the operator's charges, which are most of all, are spared the look.
  IF NEW.idempotency_owner <> 'operator' THEN
    PERFORM public.refuse_key_of_topup(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key);
  END IF;
  RETURN NEW;
END
$$;

-- prisma/sql/functions/ledger_wake_auto_topup.sql

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

-- prisma/sql/functions/refuse_change.sql

-- Refuses every change of a table that is append-only.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

-- prisma/sql/functions/refuse_key_of_topup.sql

-- Refuses an idempotency key that names a top-up. The error code is our own (BRK01): there is no earlier effect of the same
-- request to replay. Only customers make top-ups, so callers leave the operator's keys out.
CREATE OR REPLACE FUNCTION refuse_key_of_topup(p_customer text, p_owner text, p_key text) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM topup_intent i
    WHERE i.customer_id = p_customer AND i.idempotency_owner = p_owner AND i.idempotency_key = p_key
  ) THEN
    RAISE EXCEPTION 'the key % names a top-up', p_key USING ERRCODE = 'BRK01';
  END IF;
END
$$;

-- prisma/sql/functions/topup_refuse_key_of_spending.sql

-- Refuses a top-up whose idempotency key names a transfer or a hold. The account's lock comes first: a charge that holds it is
-- then either committed, and seen, or has not looked yet, and will see this row.
CREATE OR REPLACE FUNCTION topup_refuse_key_of_spending() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM ledger_account a WHERE a.customer_id = NEW.customer_id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT 1 FROM ledger_transfer t
    WHERE t.customer_id = NEW.customer_id AND t.idempotency_owner = NEW.idempotency_owner AND t.idempotency_key = NEW.idempotency_key
  ) OR EXISTS (
    SELECT 1 FROM ledger_hold h
    WHERE h.customer_id = NEW.customer_id AND h.idempotency_owner = NEW.idempotency_owner AND h.idempotency_key = NEW.idempotency_key
  ) THEN
    RAISE EXCEPTION 'the key % names a charge or a hold', NEW.idempotency_key USING ERRCODE = 'BRK01';
  END IF;
  RETURN NEW;
END
$$;

-- prisma/sql/triggers/ledger_hold.sql

CREATE TRIGGER "ledger_hold_key_is_no_transfer" BEFORE INSERT ON "ledger_hold"
  FOR EACH ROW WHEN (NEW."idempotency_key" IS NOT NULL) EXECUTE FUNCTION ledger_refuse_key_of_transfer();

-- prisma/sql/triggers/ledger_transfer.sql

CREATE TRIGGER "ledger_transfer_append_only" BEFORE UPDATE OR DELETE ON "ledger_transfer"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "ledger_transfer_no_truncate" BEFORE TRUNCATE ON "ledger_transfer"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Only an INSERT can write a row. Triggers run in the order of their names, so one that changes a new row would have to come
-- before this one. ALWAYS: also for a row that replication brings. A condition (WHEN) would be read again in every statement.
CREATE TRIGGER "ledger_transfer_is_lawful" BEFORE INSERT ON "ledger_transfer"
  FOR EACH ROW EXECUTE FUNCTION ledger_transfer_is_lawful();
ALTER TABLE "ledger_transfer" ENABLE ALWAYS TRIGGER "ledger_transfer_is_lawful";

-- prisma/sql/triggers/operator_action.sql

CREATE TRIGGER "operator_action_append_only" BEFORE UPDATE OR DELETE ON "operator_action"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "operator_action_no_truncate" BEFORE TRUNCATE ON "operator_action"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- prisma/sql/triggers/topup_intent.sql

CREATE TRIGGER "topup_intent_key_is_no_spending" BEFORE INSERT ON "topup_intent"
  FOR EACH ROW WHEN (NEW."idempotency_key" IS NOT NULL) EXECUTE FUNCTION topup_refuse_key_of_spending();

-- prisma/sql/triggers/topup_timeline.sql

CREATE TRIGGER "topup_timeline_append_only" BEFORE UPDATE OR DELETE ON "topup_timeline"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- prisma/sql/views/house_account_balance.sql

-- The other side of all transfers. A house account has no stored balance: every posting would wait for that one row.
CREATE OR REPLACE VIEW "house_account_balance" AS
  SELECT "house_account",
         sum(CASE "direction" WHEN 'credit' THEN -"amount_nanos" ELSE "amount_nanos" END) AS "balance_nanos",
         count(*) AS "transfers"
  FROM "ledger_transfer"
  GROUP BY "house_account";

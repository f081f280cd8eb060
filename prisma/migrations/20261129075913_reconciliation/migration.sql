-- AlterTable
ALTER TABLE "topup_intent" ADD COLUMN     "look_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "paid_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "worker_lease" (
    "task" TEXT NOT NULL,
    "worker_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "worker_lease_pkey" PRIMARY KEY ("task")
);

-- CreateTable
CREATE TABLE "stripe_look_up_budget" (
    "id" INTEGER NOT NULL,
    "next_at" TIMESTAMPTZ(6) NOT NULL,
    "slow_until" TIMESTAMPTZ(6),

    CONSTRAINT "stripe_look_up_budget_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reconciliation_finding" (
    "customer_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "stripe_object_id" TEXT,
    "topup_intent_id" TEXT,
    "amount_cents" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "what_to_do" TEXT NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "reconciliation_finding_pkey" PRIMARY KEY ("customer_id","kind","subject_id")
);

-- CreateTable
CREATE TABLE "reconciliation_report" (
    "report_id" BIGSERIAL NOT NULL,
    "window_from" TIMESTAMPTZ(3) NOT NULL,
    "window_to" TIMESTAMPTZ(3) NOT NULL,
    "balance_transactions" INTEGER NOT NULL,
    "transfers" INTEGER NOT NULL,
    "healed" INTEGER NOT NULL,
    "findings" INTEGER NOT NULL,
    "finished_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "reconciliation_report_pkey" PRIMARY KEY ("report_id")
);

-- CreateTable
CREATE TABLE "stripe_event_cursor" (
    "list" TEXT NOT NULL,
    "reader" TEXT NOT NULL,
    "reached_at" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "retry_at" TIMESTAMPTZ(3),
    "read_at" TIMESTAMPTZ(3),

    CONSTRAINT "stripe_event_cursor_pkey" PRIMARY KEY ("list","reader")
);

-- CreateTable
CREATE TABLE "topup_delay" (
    "up_to_ms" BIGINT NOT NULL,
    "count" BIGINT NOT NULL,
    "sum_ms" BIGINT NOT NULL,

    CONSTRAINT "topup_delay_pkey" PRIMARY KEY ("up_to_ms")
);

-- prisma/sql/constraints/ledger.sql

-- What moved money at Stripe, by time: compared with Stripe every day. Charges pay nothing for it.
CREATE INDEX "ledger_transfer_at_stripe" ON "ledger_transfer" ("created_at")
  WHERE "kind" IN ('credit', 'stripe_refund', 'stripe_refund_reversal', 'dispute', 'dispute_reversal');

-- prisma/sql/constraints/reconciliation.sql

-- A moment that is forgotten by a crash does no harm, so the budget needs no log.
ALTER TABLE "stripe_look_up_budget" SET UNLOGGED;
ALTER TABLE "stripe_look_up_budget" ADD CONSTRAINT "stripe_look_up_budget_one_row" CHECK ("id" = 1);

ALTER TABLE "reconciliation_finding"
  ADD CONSTRAINT "reconciliation_finding_kind" CHECK ("kind" IN (
    'money_without_credit', 'money_without_reversal', 'credit_without_money', 'reversal_without_money',
    'amount_mismatch', 'unknown_customer', 'unknown_balance_transaction'
  ));
CREATE INDEX "reconciliation_finding_open" ON "reconciliation_finding" ("kind") WHERE "closed_at" IS NULL;

ALTER TABLE "reconciliation_report"
  ADD CONSTRAINT "reconciliation_report_window" CHECK ("window_from" < "window_to");

-- prisma/sql/constraints/reversals.sql

-- The requests whose answer is not known yet.
CREATE INDEX "refund_request_pending" ON "refund_request" ("created_at", "customer_id", "refund_request_id")
  WHERE "status" = 'pending';

-- prisma/sql/constraints/stripe-events.sql

ALTER TABLE "stripe_event_cursor" ADD CONSTRAINT "stripe_event_cursor_reader" CHECK ("reader" IN ('poll', 'sweep'));

-- prisma/sql/constraints/top-ups.sql

ALTER TABLE "topup_delay" ADD CONSTRAINT "topup_delay_in_range" CHECK ("up_to_ms" > 0 AND "count" >= 0 AND "sum_ms" >= 0);

-- AlterTable
ALTER TABLE "customer_mail" ADD COLUMN     "details" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "sent_to" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- Nothing has read it: emails are the only notices.
DROP TABLE "customer_notice";

-- CreateTable
CREATE TABLE "outbox_mail" (
    "outbox_mail_id" TEXT NOT NULL,
    "message_id" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "html" TEXT NOT NULL,
    "sent_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_mail_pkey" PRIMARY KEY ("outbox_mail_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "outbox_mail_message_id_key" ON "outbox_mail"("message_id");

-- prisma/sql/constraints/emails.sql

ALTER TABLE "customer_mail"
  ADD CONSTRAINT "customer_mail_kind" CHECK ("kind" IN (
    'refund_succeeded', 'topup_credited', 'auto_topup_succeeded', 'auto_topup_declined', 'auto_topup_action_required',
    'auto_topup_disabled', 'daily_cap_reached', 'monthly_cap_reached', 'card_expiring', 'low_balance'
  ));
-- For the job that resumes emails whose process crashed while it sent them.
CREATE INDEX "customer_mail_claimed" ON "customer_mail" ("claimed_at") WHERE "sent_at" IS NULL AND "claimed_at" IS NOT NULL;

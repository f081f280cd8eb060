-- So far every refund that was requested was one of the credited payment.
ALTER TABLE "refund_request" ADD COLUMN "stripe_payment_intent_id" TEXT;
UPDATE "refund_request" r SET "stripe_payment_intent_id" = i."stripe_payment_intent_id"
FROM "topup_intent" i
WHERE i."customer_id" = r."customer_id" AND i."topup_intent_id" = r."topup_intent_id";
ALTER TABLE "refund_request" ALTER COLUMN "stripe_payment_intent_id" SET NOT NULL;

-- AlterTable
ALTER TABLE "topup_intent" ADD COLUMN     "review_payment_intent_id" TEXT,
ADD COLUMN     "review_session_id" TEXT;

-- The alert of a review has named its session and, where there is one, its payment.
UPDATE "topup_intent" i SET
  "review_session_id" = a."details"->>'sessionId',
  "review_payment_intent_id" = CASE WHEN a."subject_id" LIKE 'pi\_%' THEN a."subject_id" END
FROM "alert" a
WHERE i."status" = 'needs_review' AND a."kind" = 'top_up_needs_review'
  AND a."customer_id" = i."customer_id" AND a."details"->>'topUpIntentId' = i."topup_intent_id";

-- CreateIndex
CREATE INDEX "alert_alert_id_idx" ON "alert"("alert_id");

-- prisma/sql/constraints/operator-actions.sql
ALTER TABLE "operator_action"
  DROP CONSTRAINT "operator_action_verb",
  DROP CONSTRAINT "operator_action_has_reason";
ALTER TABLE "operator_action"
  ADD CONSTRAINT "operator_action_verb" CHECK ("verb" IN (
    'create_customer', 'freeze_customer', 'unfreeze_customer', 'adjust_balance', 'repair_account', 'refund_top_up',
    'resolve_top_up', 'resolve_alert', 'create_api_key', 'roll_api_key', 'revoke_api_key', 'create_billing_link'
  )),
  ADD CONSTRAINT "operator_action_has_reason" CHECK (
    "reason" <> '' OR "verb" NOT IN (
      'freeze_customer', 'unfreeze_customer', 'adjust_balance', 'repair_account', 'refund_top_up', 'resolve_top_up',
      'resolve_alert'
    )
  );

-- prisma/sql/constraints/top-ups.sql: what waits for a person is rare, and is listed newest first.
CREATE INDEX "topup_intent_review" ON "topup_intent" ("topup_intent_id" DESC) WHERE "status" = 'needs_review';
CREATE INDEX "alert_open" ON "alert" ("alert_id" DESC) WHERE "resolved_at" IS NULL;
CREATE INDEX "refund_task_open" ON "refund_task" ("created_at" DESC, "stripe_payment_intent_id" DESC) WHERE "status" = 'open';

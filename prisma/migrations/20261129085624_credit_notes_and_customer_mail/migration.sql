-- AlterTable
ALTER TABLE "reversal" ADD COLUMN     "credit_note_id" TEXT,
ADD COLUMN     "entered_moved_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "customer_mail" (
    "customer_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "claimed_at" TIMESTAMPTZ(3),
    "sent_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "customer_mail_pkey" PRIMARY KEY ("customer_id","kind","subject_id")
);

ALTER TABLE "customer_mail"
  ADD CONSTRAINT "customer_mail_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT;

ALTER TABLE "stripe_object" DROP CONSTRAINT "stripe_object_kind";
ALTER TABLE "stripe_object"
  ADD CONSTRAINT "stripe_object_kind" CHECK ("kind" IN (
    'customer', 'checkout_session', 'payment_intent', 'setup_intent', 'payment_method', 'stripe_refund', 'dispute',
    'fraud_warning'
  ));

ALTER TABLE "reversal"
  ADD CONSTRAINT "reversal_entered_is_dispute" CHECK (
    "entered_moved_at" IS NULL OR ("source_type" = 'dispute' AND "effective_cents" IS NOT NULL)
  ),
  ADD CONSTRAINT "reversal_credit_note_is_refund" CHECK ("credit_note_id" IS NULL OR "source_type" = 'stripe_refund');

ALTER TABLE "stripe_event" DROP CONSTRAINT "stripe_event_status", DROP CONSTRAINT "stripe_event_finished";
ALTER TABLE "stripe_event"
  ADD CONSTRAINT "stripe_event_status" CHECK ("status" IN ('received', 'processed', 'foreign', 'unhandled', 'failed')),
  ADD CONSTRAINT "stripe_event_finished" CHECK (("status" IN ('received', 'unhandled', 'failed')) = ("finished_at" IS NULL));
DROP INDEX "stripe_event_due";
CREATE INDEX "stripe_event_due" ON "stripe_event" ("next_try_at") WHERE "status" IN ('received', 'failed');

ALTER TABLE "operator_action" DROP CONSTRAINT "operator_action_verb", DROP CONSTRAINT "operator_action_has_reason";
ALTER TABLE "operator_action"
  ADD CONSTRAINT "operator_action_verb" CHECK ("verb" IN (
    'create_customer', 'freeze_customer', 'unfreeze_customer', 'adjust_balance', 'repair_account', 'refund_top_up',
    'enter_dispute_amount', 'resolve_top_up', 'resolve_alert', 'create_api_key', 'roll_api_key', 'revoke_api_key',
    'create_billing_link'
  )),
  ADD CONSTRAINT "operator_action_has_reason" CHECK (
    "reason" <> '' OR "verb" NOT IN (
      'freeze_customer', 'unfreeze_customer', 'adjust_balance', 'repair_account', 'refund_top_up', 'enter_dispute_amount',
      'resolve_top_up', 'resolve_alert'
    )
  );

ALTER TABLE "reversal"
  ADD CONSTRAINT "reversal_source" CHECK ("source_type" IN ('stripe_refund', 'dispute')),
  ADD CONSTRAINT "reversal_charge_positive" CHECK ("charge_cents" > 0),
  ADD CONSTRAINT "reversal_effective_not_negative" CHECK ("effective_cents" >= 0),
  ADD CONSTRAINT "reversal_refund_has_cents" CHECK ("effective_cents" IS NOT NULL OR "source_type" = 'dispute'),
  ADD CONSTRAINT "reversal_entered_is_dispute" CHECK (
    "entered_moved_at" IS NULL OR ("source_type" = 'dispute' AND "effective_cents" IS NOT NULL)
  ),
  ADD CONSTRAINT "reversal_credit_note_is_refund" CHECK ("credit_note_id" IS NULL OR "source_type" = 'stripe_refund'),
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
-- One refund at Stripe belongs to one request.
CREATE UNIQUE INDEX "refund_request_refund" ON "refund_request" ("customer_id", "stripe_refund_id")
  WHERE "stripe_refund_id" IS NOT NULL;
-- Requests whose outcome is unknown.
CREATE INDEX "refund_request_pending" ON "refund_request" ("created_at", "customer_id", "refund_request_id")
  WHERE "status" = 'pending';

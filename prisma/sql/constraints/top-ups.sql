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
  -- The state matches the money: a top-up is credited if and only if its payment succeeded, and with its own amount.
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
  ADD CONSTRAINT "topup_intent_review_reason" CHECK ("review_reason" IN (
    'no_payment_required', 'session_mode_mismatch', 'topup_mismatch', 'customer_mismatch', 'currency_mismatch',
    'amount_mismatch', 'discounted', 'total_mismatch', 'payment_incomplete', 'payment_currency_mismatch',
    'received_mismatch'
  )),
  ADD CONSTRAINT "topup_intent_key_has_owner" CHECK (("idempotency_owner" IS NULL) = ("idempotency_key" IS NULL)),
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
  -- Each of the four calls to Stripe follows only after the id that the previous one returned is stored.
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

-- At most one unfinished automatic top-up per customer.
CREATE UNIQUE INDEX "topup_intent_auto_unresolved" ON "topup_intent" ("customer_id", "livemode")
  WHERE "source" = 'auto' AND "status" IN ('created', 'open', 'processing', 'retry_wait', 'action_required', 'needs_review');
CREATE UNIQUE INDEX "topup_intent_auto_invoice" ON "topup_intent" ("customer_id", "stripe_invoice_id")
  WHERE "stripe_invoice_id" IS NOT NULL;
-- For the sums that the caps limit.
CREATE INDEX "topup_intent_auto_counted" ON "topup_intent" ("customer_id", "counted_at") WHERE "source" = 'auto';

-- A payment credits one top-up, and a Checkout Session belongs to one. "stripe_object", whose primary key is Stripe's id
-- alone, ensures the same across customers.
CREATE UNIQUE INDEX "topup_intent_payment" ON "topup_intent" ("customer_id", "stripe_payment_intent_id")
  WHERE "stripe_payment_intent_id" IS NOT NULL;
CREATE UNIQUE INDEX "topup_intent_session" ON "topup_intent" ("customer_id", "stripe_session_id")
  WHERE "stripe_session_id" IS NOT NULL;

-- For two sweeps: top-ups whose outcome is unknown, and credited top-ups whose invoice is. The first never waits for the
-- second.
CREATE INDEX "topup_intent_due" ON "topup_intent" ("next_check_at", "customer_id", "topup_intent_id")
  WHERE "next_check_at" IS NOT NULL AND "credited_at" IS NULL;
CREATE INDEX "topup_intent_invoice_due" ON "topup_intent" ("next_check_at", "customer_id", "topup_intent_id")
  WHERE "next_check_at" IS NOT NULL AND "credited_at" IS NOT NULL;

-- For the list of invoices, newest first. Without it, a page would read all of the customer's unpaid attempts.
CREATE INDEX "topup_intent_invoice" ON "topup_intent" ("customer_id", "topup_intent_id" DESC)
  WHERE "invoice_hosted_url" IS NOT NULL;

-- For lists of what needs a person's decision, newest first. These are few rows of a large table.
CREATE INDEX "topup_intent_review" ON "topup_intent" ("topup_intent_id" DESC) WHERE "status" = 'needs_review';
CREATE INDEX "alert_open" ON "alert" ("alert_id" DESC) WHERE "resolved_at" IS NULL;
CREATE INDEX "refund_task_open" ON "refund_task" ("created_at" DESC, "stripe_payment_intent_id" DESC) WHERE "status" = 'open';

ALTER TABLE "topup_timeline"
  ADD CONSTRAINT "topup_timeline_intent" FOREIGN KEY ("customer_id", "topup_intent_id")
    REFERENCES "topup_intent" ("customer_id", "topup_intent_id") ON DELETE RESTRICT;

ALTER TABLE "refund_task"
  ADD CONSTRAINT "refund_task_amount_positive" CHECK ("amount_cents" > 0),
  ADD CONSTRAINT "refund_task_status" CHECK ("status" IN ('open', 'done', 'dismissed')),
  ADD CONSTRAINT "refund_task_intent" FOREIGN KEY ("customer_id", "topup_intent_id")
    REFERENCES "topup_intent" ("customer_id", "topup_intent_id") ON DELETE RESTRICT;

ALTER TABLE "topup_delay" ADD CONSTRAINT "topup_delay_in_range" CHECK ("up_to_ms" > 0 AND "count" >= 0 AND "sum_ms" >= 0);

ALTER TABLE "customer_notice"
  ADD CONSTRAINT "customer_notice_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "customer_notice_kind" CHECK ("kind" IN (
    'auto_topup_succeeded', 'auto_topup_declined', 'auto_topup_action_required', 'auto_topup_disabled', 'daily_cap_reached',
    'card_expiring', 'low_balance'
  ));
-- For the job that sends them.
CREATE INDEX "customer_notice_unsent" ON "customer_notice" ("created_at") WHERE "sent_at" IS NULL;

ALTER TABLE "low_balance_threshold"
  ADD CONSTRAINT "low_balance_threshold_account" FOREIGN KEY ("customer_id") REFERENCES "ledger_account" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "low_balance_threshold_positive" CHECK ("threshold_cents" > 0);

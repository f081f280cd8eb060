ALTER TABLE "customer_mail"
  ADD CONSTRAINT "customer_mail_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "customer_mail_kind" CHECK ("kind" IN (
    'refund_succeeded', 'topup_credited', 'auto_topup_succeeded', 'auto_topup_declined', 'auto_topup_action_required',
    'auto_topup_disabled', 'daily_cap_reached', 'monthly_cap_reached', 'card_expiring', 'low_balance'
  ));
-- For the job that resumes emails whose process crashed while it sent them.
CREATE INDEX "customer_mail_claimed" ON "customer_mail" ("claimed_at") WHERE "sent_at" IS NULL AND "claimed_at" IS NOT NULL;

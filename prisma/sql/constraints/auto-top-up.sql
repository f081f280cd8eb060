ALTER TABLE "auto_topup_rule"
  ADD CONSTRAINT "auto_topup_rule_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "auto_topup_rule_disabled" CHECK (
    NOT "enabled" OR ("disabled_reason" IS NULL AND "disabled_at" IS NULL)
  );

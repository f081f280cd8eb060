ALTER TABLE "low_balance_threshold"
  ADD CONSTRAINT "low_balance_threshold_account" FOREIGN KEY ("customer_id") REFERENCES "ledger_account" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "low_balance_threshold_positive" CHECK ("threshold_cents" > 0);

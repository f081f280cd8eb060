-- Unlogged: losing the budget in a crash is harmless.
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

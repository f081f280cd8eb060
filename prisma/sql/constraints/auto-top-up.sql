ALTER TABLE "auto_topup_rule"
  ADD CONSTRAINT "auto_topup_rule_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "auto_topup_rule_disabled" CHECK (
    NOT "enabled" OR ("disabled_reason" IS NULL AND "disabled_at" IS NULL)
  ),
  ADD CONSTRAINT "auto_topup_rule_reason" CHECK ("disabled_reason" IN (
    'payment_method_detached', 'payment_method_expired', 'card_declined', 'card_brand_changed', 'authentication_required',
    'address_required', 'dispute_opened', 'fraud_warning', 'balance_reversed', 'customer_balance', 'stripe_setup'
  )),
  ADD CONSTRAINT "auto_topup_rule_amount" CHECK ("amount_cents" BETWEEN 500 AND 500000),
  ADD CONSTRAINT "auto_topup_rule_threshold" CHECK ("threshold_cents" BETWEEN 500 AND 500000),
  ADD CONSTRAINT "auto_topup_rule_threshold_below_amount" CHECK ("threshold_cents" < "amount_cents"),
  ADD CONSTRAINT "auto_topup_rule_monthly_cap" CHECK ("monthly_cap_cents" >= "amount_cents"),
  ADD CONSTRAINT "auto_topup_rule_daily_cap" CHECK ("daily_cap_cents" >= "amount_cents"),
  ADD CONSTRAINT "auto_topup_rule_daily_count" CHECK ("daily_cap_count" > 0),
  ADD CONSTRAINT "auto_topup_rule_enabled_has_terms" CHECK (
    NOT "enabled" OR (
      "threshold_cents" IS NOT NULL AND "amount_cents" IS NOT NULL AND "monthly_cap_cents" IS NOT NULL
      AND "enabled_at" IS NOT NULL
    )
  );

-- For the sweep.
CREATE INDEX "auto_topup_rule_due" ON "auto_topup_rule" ("customer_id") WHERE "enabled";

ALTER TABLE "auto_topup_consent"
  ADD CONSTRAINT "auto_topup_consent_rule" FOREIGN KEY ("customer_id") REFERENCES "auto_topup_rule" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "auto_topup_consent_kind" CHECK ("kind" IN ('terms', 'allow_more')),
  ADD CONSTRAINT "auto_topup_consent_ends" CHECK (("kind" = 'allow_more') = ("ends_at" IS NOT NULL)),
  ADD CONSTRAINT "auto_topup_consent_terms" CHECK (
    "threshold_cents" < "amount_cents" AND "monthly_cap_cents" >= "amount_cents" AND "daily_cap_cents" >= "amount_cents"
    AND "daily_cap_count" > 0
  );

ALTER TABLE "auto_topup_decision"
  ADD CONSTRAINT "auto_topup_decision_rule" FOREIGN KEY ("customer_id") REFERENCES "auto_topup_rule" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "auto_topup_decision_outcome" CHECK ("outcome" IN (
    'fired', 'disabled', 'paused_by_operator', 'above_threshold', 'in_flight', 'cooldown', 'monthly_cap', 'daily_cap',
    'no_consent', 'no_card', 'address_required', 'frozen', 'idle'
  )),
  ADD CONSTRAINT "auto_topup_decision_fired" CHECK ("outcome" <> 'fired' OR "topup_intent_id" IS NOT NULL),
  ADD CONSTRAINT "auto_topup_decision_count" CHECK ("count" > 0 AND "first_at" <= "last_at");

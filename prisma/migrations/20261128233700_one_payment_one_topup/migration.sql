-- By hand throughout: nothing here that Prisma can express.

-- One payment credits one top-up, and a Checkout Session is one top-up's. That neither is another customer's says
-- "stripe_object", whose key is Stripe's id alone.
CREATE UNIQUE INDEX "topup_intent_payment" ON "topup_intent" ("customer_id", "stripe_payment_intent_id")
  WHERE "stripe_payment_intent_id" IS NOT NULL;
CREATE UNIQUE INDEX "topup_intent_session" ON "topup_intent" ("customer_id", "stripe_session_id")
  WHERE "stripe_session_id" IS NOT NULL;

ALTER TABLE "topup_intent" ADD CONSTRAINT "topup_intent_credit_has_payment" CHECK (
  "credited_at" IS NULL OR "stripe_payment_intent_id" IS NOT NULL
);

-- An account's numbers can be put back to what its transfers say; whoever does it says why.
ALTER TABLE "operator_action"
  DROP CONSTRAINT "operator_action_verb",
  DROP CONSTRAINT "operator_action_has_reason";
ALTER TABLE "operator_action"
  ADD CONSTRAINT "operator_action_verb" CHECK ("verb" IN (
    'create_customer', 'freeze_customer', 'unfreeze_customer', 'adjust_balance', 'repair_account',
    'create_api_key', 'roll_api_key', 'revoke_api_key', 'create_billing_link'
  )),
  ADD CONSTRAINT "operator_action_has_reason" CHECK (
    "reason" <> '' OR "verb" NOT IN ('freeze_customer', 'unfreeze_customer', 'adjust_balance', 'repair_account')
  );

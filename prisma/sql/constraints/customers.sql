ALTER TABLE "customer"
  ADD CONSTRAINT "customer_email_is_lower_case" CHECK ("email" = lower("email"));

ALTER TABLE "membership"
  ADD CONSTRAINT "membership_role" CHECK ("role" IN ('owner', 'billing', 'developer', 'viewer'));

ALTER TABLE "stripe_object"
  ADD CONSTRAINT "stripe_object_kind" CHECK ("kind" IN (
    'customer', 'checkout_session', 'invoice', 'payment_intent', 'setup_intent', 'payment_method', 'stripe_refund', 'dispute',
    'fraud_warning'
  ));

-- An action that moves money or stops a customer's spending needs a reason.
ALTER TABLE "operator_action"
  ADD CONSTRAINT "operator_action_verb" CHECK ("verb" IN (
    'create_customer', 'freeze_customer', 'unfreeze_customer', 'adjust_balance', 'repair_account', 'refund_top_up',
    'enter_dispute_amount', 'resolve_top_up', 'resolve_alert', 'create_api_key', 'roll_api_key', 'revoke_api_key',
    'create_billing_link', 'pause_auto_top_up', 'resume_auto_top_up'
  )),
  ADD CONSTRAINT "operator_action_has_reason" CHECK (
    "reason" <> '' OR "verb" NOT IN (
      'freeze_customer', 'unfreeze_customer', 'adjust_balance', 'repair_account', 'refund_top_up', 'enter_dispute_amount',
      'resolve_top_up', 'resolve_alert', 'pause_auto_top_up', 'resume_auto_top_up'
    )
  ),
  ADD CONSTRAINT "operator_action_key_has_hash" CHECK (("idempotency_key" IS NULL) = ("request_hash" IS NULL));

import type { DisabledReason } from "./disable-auto-top-up";
import type { DecisionOutcome } from "./rules";

const DECISIONS: Record<DecisionOutcome, string> = {
  fired: "The balance was below the threshold, so the card was charged.",
  disabled: "Auto top-up is off.",
  paused_by_operator: "Automatic charges are paused.",
  frozen: "The account is frozen.",
  above_threshold: "The balance is not below the threshold.",
  in_flight: "Another automatic top-up is not finished yet.",
  no_consent: "The current settings have not been agreed to.",
  no_card: "The card cannot be charged.",
  idle: "Nothing was spent since the last automatic top-up, refund or adjustment.",
  cooldown: "The last automatic top-up was only a few minutes ago.",
  monthly_cap: "The monthly cap is reached.",
  daily_cap: "The daily cap is reached.",
  address_required: "A billing address is required to calculate tax.",
};

/** Returns a sentence about a decision for its customer. */
export function describeDecision(outcome: string): string {
  return DECISIONS[outcome as DecisionOutcome] ?? "The rule was evaluated.";
}

const REASONS: Record<DisabledReason, string> = {
  payment_method_detached: "The card was removed. Choose a card and turn auto top-up on again.",
  payment_method_expired: "The card has expired. Choose another card and turn auto top-up on again.",
  card_declined: "The card was declined. Choose another card and turn auto top-up on again.",
  card_brand_changed:
    "The card was replaced by one of another brand. Turn auto top-up on again to agree to it.",
  authentication_required:
    "Your bank asked you to confirm a payment, and it was not confirmed in time. Turn auto top-up on again.",
  address_required:
    "A billing address is required to calculate tax. Add it in the billing portal and turn auto top-up on again.",
  dispute_opened: "A payment was disputed. Contact support before you turn auto top-up on again.",
  fraud_warning:
    "A payment was reported as fraudulent. Contact support before you turn auto top-up on again.",
  balance_reversed: "A refund or dispute made the balance negative. Top up, then turn auto top-up on again.",
  customer_balance: "A payment could not be prepared. Contact support.",
  stripe_setup: "A payment could not be prepared. Contact support.",
};

/** Returns why a rule is disabled, and the way back, for its customer. */
export function describeDisabledReason(reason: string): string {
  if (reason === "paused_by_operator") return "Automatic charges are paused. Contact support.";
  return REASONS[reason as DisabledReason] ?? "Auto top-up is off.";
}

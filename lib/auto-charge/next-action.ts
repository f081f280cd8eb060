import { type AutoTopUpRule, describeDecision, describeDisabledReason } from "@/lib/auto-top-up";
import type { TopUpIntent } from "@/lib/top-ups";

/** What can happen next with auto top-up, or what somebody has to do first. */
export const NEXT_ACTIONS = [
  "none",
  "set_up",
  "enable",
  "replace_card",
  "add_address",
  "contact_support",
  "authenticate",
  "charge",
  "retry",
  "wait",
  "allow_more",
] as const;

export interface NextAction {
  action: (typeof NEXT_ACTIONS)[number];
  /** For its customer. */
  message: string;
  /** When it happens by itself; null when it does not, or at once. */
  at: Date | null;
  /** Where the customer can act. */
  url: string | null;
}

const NEED_CARD = [
  "payment_method_detached",
  "payment_method_expired",
  "card_declined",
  "card_brand_changed",
];
const NEED_SUPPORT = ["customer_balance", "stripe_setup", "dispute_opened", "fraud_warning"];

/** Decides what comes next. Pure. */
export function nextActionOf(state: {
  rule: AutoTopUpRule | null;
  isPaused: boolean;
  isBelow: boolean;
  unresolved: TopUpIntent | null;
  lastOutcome: string | null;
}): NextAction {
  const { rule, isPaused, isBelow, unresolved, lastOutcome } = state;
  if (isPaused) return action("contact_support", describeDisabledReason("paused_by_operator"));
  if (!rule || rule.amountCents === null)
    return action("set_up", "Auto top-up is off. Choose a threshold and an amount.");
  if (unresolved && !unresolved.closingStatus) return actionOfCharge(unresolved);
  if (!rule.enabled) return actionOfDisabled(rule.disabledReason);
  if (!isBelow) return action("none", "The card is charged when the balance falls below the threshold.");
  const { nextEvaluationAt: at } = rule;
  const message = describeDecision(lastOutcome ?? "");
  if (lastOutcome === "daily_cap") return { ...action("allow_more", message), at };
  if (lastOutcome === "no_consent") return action("enable", message);
  if (lastOutcome === "no_card") return action("replace_card", message);
  if (lastOutcome === "frozen") return action("contact_support", message);
  if (lastOutcome === "idle") return action("none", `${message} The next charge or hold starts one.`);
  if (at !== null) return { ...action("wait", message), at };
  return action("charge", "The balance is below the threshold, so the card is charged now.");
}

function actionOfDisabled(reason: string | null): NextAction {
  const message = reason === null ? "Auto top-up is off." : describeDisabledReason(reason);
  if (reason !== null && NEED_CARD.includes(reason)) return action("replace_card", message);
  if (reason !== null && NEED_SUPPORT.includes(reason)) return action("contact_support", message);
  return action(reason === "address_required" ? "add_address" : "enable", message);
}

function actionOfCharge(intent: TopUpIntent): NextAction {
  switch (intent.status) {
    case "action_required":
      return {
        ...action("authenticate", "The bank wants you to confirm the payment on the page of its invoice."),
        url: intent.invoiceHostedUrl,
      };
    case "retry_wait":
      return { ...action("retry", "The card was declined and is tried again."), at: intent.nextAttemptAt };
    case "needs_review":
      return action("contact_support", "A payment has to be looked at by a person.");
    default:
      return action("charge", "The card is being charged.");
  }
}

function action(name: NextAction["action"], message: string): NextAction {
  return { action: name, message, at: null, url: null };
}

import { displayUsd, type Nanos } from "@/lib/money";
import { timeText } from "../time-text";
import { chargesText } from "./consent";
import type { RuleDecision } from "./view";

/** Says why an evaluation charged the card, or why it did not. */
export function describeDecision(decision: RuleDecision): string {
  const { outcome, nextEvaluationAt } = decision;
  if (outcome === "fired") {
    return `Started a charge of ${orUnknown(decision.amount)} plus tax: the balance was ${displayUsd(decision.available)}, below ${orUnknown(decision.threshold)}.`;
  }
  const next = nextEvaluationAt ? ` Checked again at ${timeText(nextEvaluationAt)}.` : "";
  return `Not charged: ${reasonOf(decision)}${next}`;
}

/** Says when a decision was made: once, or several times in a row. */
export function describeDecisionTime({ count, firstAt, lastAt }: RuleDecision): string {
  if (count === 1) return timeText(lastAt);
  return `${timeText(lastAt)}, ${count} times since ${timeText(firstAt)}`;
}

function reasonOf(decision: RuleDecision): string {
  const { outcome, available, threshold, amount, monthUsed, dayUsed, dayCount } = decision;
  switch (outcome) {
    case "above_threshold":
      return `the balance was ${displayUsd(available)}, not below ${orUnknown(threshold)}.`;
    case "in_flight":
      return "another charge was not finished yet.";
    case "cooldown":
      return "the last charge was only a few minutes before.";
    case "monthly_cap":
      return `another ${orUnknown(amount)} plus tax would have exceeded the monthly limit. ${displayUsd(monthUsed)} had been used.`;
    case "daily_cap":
      return `another ${orUnknown(amount)} plus tax would have exceeded a daily limit. ${displayUsd(dayUsed)} in ${chargesText(dayCount)} had been used within 24 hours.`;
    case "no_consent":
      return "nobody had agreed to the current terms yet.";
    case "no_card":
      return "the card could not be charged automatically.";
    case "idle":
      return "nothing had been spent since the last automatic charge, refund or adjustment.";
    case "frozen":
      return "the balance was frozen.";
    case "paused_by_operator":
      return "automatic charges were paused.";
    case "address_required":
      return "a billing address was missing, which is needed to calculate tax.";
    case "disabled":
      return "auto top-up was off.";
    default:
      return "the rule did not allow it.";
  }
}

function orUnknown(amount: Nanos | null): string {
  return amount === null ? "an unknown amount" : displayUsd(amount);
}

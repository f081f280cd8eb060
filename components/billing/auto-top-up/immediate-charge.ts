import { displayUsd } from "@/lib/money";
import { timeText } from "../time-text";
import { dailyCapOf, type EnteredTerms } from "./rule-fields";
import type { AutoTopUpView } from "./view";

/** The state that decides whether new terms charge the card as soon as they are saved. */
export type ChargeFacts = Pick<
  AutoTopUpView,
  "available" | "charge" | "isPaused" | "isFrozen" | "used" | "cooldownEndsAt" | "isEnabled" | "terms"
>;

/** Whether the card is charged as soon as these terms are saved, because the balance is already below the threshold. */
export function chargesAtOnce(terms: EnteredTerms, facts: ChargeFacts): boolean {
  const { available, charge, isPaused, isFrozen, used } = facts;
  if (available >= terms.threshold || charge !== null || isPaused || isFrozen) return false;
  return (
    used.month + terms.amount <= terms.monthlyCap &&
    used.day + terms.amount <= dailyCapOf(terms) &&
    used.dayCount < terms.dailyCount
  );
}

/** A declined charge is tried with another card at once, as long as its amount is still the rule's. */
function retriesAtOnce(terms: EnteredTerms, { charge, isPaused, isFrozen, ...facts }: ChargeFacts): boolean {
  if (charge?.status !== "retry_wait" || charge.isClosing || isPaused || isFrozen) return false;
  return terms.card.id !== facts.terms.cardId && terms.amount === facts.terms.amount;
}

/** Warns of a charge that saving these terms causes; null when it causes none. */
export function describeImmediateCharge(terms: EnteredTerms, facts: ChargeFacts): string | null {
  if (retriesAtOnce(terms, facts)) {
    const total = facts.charge ? displayUsd(facts.charge.total) : "";
    return `Saving tries the declined charge of ${total} with ${terms.card.name} right away.`;
  }
  if (!chargesAtOnce(terms, facts)) return null;
  const { available, cooldownEndsAt, isEnabled } = facts;
  const balance = `Your balance of ${displayUsd(available)} is already below ${displayUsd(terms.threshold)}.`;
  const charge = `${terms.card.name} ${displayUsd(terms.amount)} plus tax`;
  if (cooldownEndsAt) {
    return `${balance} The last charge was only a few minutes ago, so the next one follows at ${timeText(cooldownEndsAt)}: ${charge}.`;
  }
  return `${balance} ${isEnabled ? "Saving" : "Turning this on"} charges ${charge} right away.`;
}

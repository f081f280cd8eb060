import type { AutoTopUpRule } from "@/lib/auto-top-up";
import { formatCents } from "@/lib/money";
import type { Tx } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import { invalidField } from "@/lib/platform/errors";
import { MAX_TOP_UP, MIN_TOP_UP } from "@/lib/top-ups";

/**
 * Checks the amounts of a rule against each other. Each error names a field of the request, if one of those that contradict
 * each other is in it.
 *
 * @throws InvalidRequestError naming the field
 */
export function checkAmounts(rule: AutoTopUpRule, change: { threshold?: unknown; amount?: unknown }): void {
  const { thresholdCents: threshold, amountCents: amount } = rule;
  const limits = `from ${formatCents(MIN_TOP_UP)} to ${formatCents(MAX_TOP_UP)} US dollars`;
  const isWithin = (value: number) => value >= Number(MIN_TOP_UP) && value <= Number(MAX_TOP_UP);
  if (threshold !== null && !isWithin(threshold))
    throw invalidField("threshold_usd", `The threshold must be ${limits}.`);
  if (amount !== null && !isWithin(amount)) throw invalidField("amount_usd", `The amount must be ${limits}.`);
  if (threshold !== null && amount !== null && threshold >= amount) {
    const field =
      change.threshold === undefined && change.amount !== undefined ? "amount_usd" : "threshold_usd";
    throw invalidField(field, "The threshold must be lower than the amount.");
  }
  const caps = { monthly_cap_usd: rule.monthlyCapCents, daily_cap_usd: rule.dailyCapCents };
  for (const [field, cap] of Object.entries(caps)) {
    if (cap !== null && amount !== null && cap < amount)
      throw invalidField(field, "The cap must be at least the amount.");
  }
}

/** Finds a saved card of the customer in our mode. */
export function findCard(tx: Tx, customerId: string, paymentMethodId: string) {
  return tx.paymentMethod.findFirst({
    where: { customerId, paymentMethodId, livemode: livemode(), detachedAt: null },
  });
}

/**
 * Returns a card that can be charged while the customer is away.
 *
 * @throws InvalidRequestError there is none
 */
export async function requireCard(tx: Tx, customerId: string, paymentMethodId: string) {
  const card = await findCard(tx, customerId, paymentMethodId);
  if (!card) throw invalidField("payment_method_id", "There is no such saved card.");
  if (!card.usableOffSession) {
    throw invalidField(
      "payment_method_id",
      "This card was not saved for automatic charges. Save it again with a checkout session of mode `setup`.",
    );
  }
  return card;
}

import { type AutoTopUpRule, dailyCaps, type EvaluationFacts, usage } from "@/lib/auto-top-up";
import { mailCustomer } from "@/lib/emails";
import type { Tx } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

/** Emails the customer that a cap keeps the card from being charged, once for the same charges in its window. */
export async function mailReachedCap(
  tx: Tx,
  rule: AutoTopUpRule,
  facts: EvaluationFacts,
  reached: { cap: "daily_cap" | "monthly_cap"; freesAt: Date | null },
  now: Date,
): Promise<void> {
  const { terms, raised, charges } = facts;
  if (!terms) throw new Error("A rule without terms has no caps.");
  const customerId = rule.customerId as CustomerId;
  const { month, day, dayCount } = usage(charges, now);
  const freesAt = reached.freesAt?.toISOString() ?? null;
  if (reached.cap === "monthly_cap") {
    await mailCustomer(tx, {
      customerId,
      kind: "monthly_cap_reached",
      // A raised cap can be reached in the same month again.
      subjectId: `${terms.monthlyCap}:${freesAt}`,
      details: { capCents: Number(terms.monthlyCap), usedCents: Number(month), freesAt },
    });
    return;
  }
  const { dailyCap, dailyCount } = dailyCaps(terms, raised);
  await mailCustomer(tx, {
    customerId,
    kind: "daily_cap_reached",
    // A total that never fits does not fit as long as the terms are the same.
    subjectId: `${raised ? "raised" : "usual"}:${freesAt ?? rule.consentId}`,
    details: {
      capCents: Number(dailyCap),
      capCount: dailyCount,
      usedCents: Number(day),
      usedCount: dayCount,
      freesAt,
      isRaised: raised !== null,
    },
  });
}

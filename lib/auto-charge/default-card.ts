import type { CustomerActor } from "@/lib/auth";
import { type ConsentGiver, lockRule, termsOf } from "@/lib/auto-top-up";
import { chooseDefaultCard, type SavedCard } from "@/lib/payment-methods";
import { withCustomerTransaction } from "@/lib/platform/db";
import { findUnresolved } from "./charges";
import { findCard } from "./check-rule";
import { enableUnderTerms } from "./set-terms";

/**
 * Makes a card the customer's default. A rule that follows the default card charges this one from now on, which the customer
 * consents to by choosing it; and if its card was declined, this one is tried at once.
 *
 * @throws NotFoundError the customer has no such card
 * @throws StripeUnavailableError no response; try again
 */
export async function makeDefaultCard(
  { customerId }: CustomerActor,
  paymentMethodId: string,
  giver: ConsentGiver,
  now: Date,
): Promise<SavedCard> {
  const chosen = await chooseDefaultCard(customerId, paymentMethodId, now);
  await withCustomerTransaction(customerId, async (tx) => {
    const rule = await lockRule(tx, customerId);
    if (!rule?.enabled || rule.paymentMethodId === paymentMethodId) return;
    const isDeclined = (await findUnresolved(customerId, tx))?.status === "retry_wait";
    if (!rule.followsDefault && !isDeclined) return;
    const card = await findCard(tx, customerId, paymentMethodId);
    if (!card?.usableOffSession) return; // it was not saved for automatic charges
    const changed = await tx.autoTopUpRule.update({
      where: { customerId },
      data: { paymentMethodId, followsDefault: true, nextEvaluationAt: null },
    });
    const terms = termsOf(changed);
    if (!terms) return;
    const { cardBrand } = card;
    await enableUnderTerms(tx, changed, { terms, cardBrand, giver, wasEnabled: true }, now);
  });
  return chosen;
}

import { findStripeCustomer, storeDefaultCard } from "@/lib/customers";
import { withTransaction } from "@/lib/platform/db";
import { NotFoundError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { isStripeRefusal, retrieveCard, retrieveStripeCustomer, setDefaultCard } from "@/lib/stripe";
import { findCard } from "./find-card";
import { readCard, type SavedCard } from "./list-cards";
import { mirrorCards } from "./mirror-cards";
import { markDetached } from "./save-card";

/**
 * Makes a card the customer's default: at Stripe, whose field is the only default there is, then in our mirror. Doing it
 * again changes nothing; of two at once the one that Stripe heard last stays.
 *
 * @throws NotFoundError it is no card of this customer, or is gone
 * @throws StripeUnavailableError no answer from Stripe; try again
 */
export async function chooseDefaultCard(
  customerId: CustomerId,
  paymentMethodId: string,
  now: Date,
): Promise<SavedCard> {
  const [card, link] = await Promise.all([
    findCard(customerId, paymentMethodId),
    findStripeCustomer(customerId),
  ]);
  if (!card || card.detachedAt || !link) throw new NotFoundError("payment method");
  try {
    await setDefaultCard(link.stripeCustomerId, paymentMethodId, null);
  } catch (error) {
    if (!isStripeRefusal(error) || (await isStillAttached(link.stripeCustomerId, paymentMethodId)))
      throw error;
    // It went at Stripe, and the event that says so is still under way.
    await withTransaction((tx) => markDetached(tx, customerId, paymentMethodId, now));
    throw new NotFoundError("payment method");
  }
  // Not what was asked for but what Stripe has: another may have been chosen, or the card removed, since it answered.
  await mirrorCards(customerId, {
    read: () => retrieveStripeCustomer(link.stripeCustomerId),
    write: (tx, customer) => storeDefaultCard(tx, customerId, customer?.defaultPaymentMethodId ?? null),
  });
  const chosen = await readCard(customerId, paymentMethodId);
  if (!chosen) throw new NotFoundError("payment method");
  return chosen;
}

async function isStillAttached(stripeCustomerId: string, paymentMethodId: string): Promise<boolean> {
  return (await retrieveCard(paymentMethodId))?.stripeCustomerId === stripeCustomerId;
}

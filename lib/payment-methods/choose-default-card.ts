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
 * Makes a card the customer's default, at Stripe first, whose field is authoritative, then in our copy. Of two concurrent
 * requests, the one that reaches Stripe last wins.
 *
 * @throws NotFoundError the customer has no such card
 * @throws StripeUnavailableError no response; try again
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
    // It was detached at Stripe, and the event has not arrived yet.
    await withTransaction((tx) => markDetached(tx, customerId, paymentMethodId, now));
    throw new NotFoundError("payment method");
  }
  // Reads Stripe again, because another card may have become the default since the response.
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

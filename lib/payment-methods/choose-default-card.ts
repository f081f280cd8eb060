import { findStripeCustomer, storeDefaultCard } from "@/lib/customers";
import { type Tx, withTransaction } from "@/lib/platform/db";
import { NotFoundError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { isStripeRefusal, retrieveCard, setDefaultCard } from "@/lib/stripe";
import { findCard } from "./find-card";
import { listCards, type SavedCard } from "./list-cards";
import { markDetached } from "./save-card";

/**
 * Makes a card the customer's default: at Stripe, whose field is the only default there is, then in our mirror. Doing it
 * again changes nothing; of two at once the one that Stripe heard last stays, and its event corrects the mirror.
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
    await setDefaultCard(link.stripeCustomerId, paymentMethodId);
  } catch (error) {
    if (!isStripeRefusal(error) || (await isStillAttached(link.stripeCustomerId, paymentMethodId)))
      throw error;
    // It went at Stripe, and the event that says so is still under way.
    await withTransaction((tx) => markDetached(tx, customerId, paymentMethodId, now));
    throw new NotFoundError("payment method");
  }
  await withTransaction((tx) => storeUnlessGone(tx, customerId, paymentMethodId));
  const chosen = (await listCards(customerId)).find((one) => one.paymentMethodId === paymentMethodId);
  if (!chosen) throw new NotFoundError("payment method");
  return chosen;
}

/** The card may have been removed since Stripe answered: a card that is gone must not come back as the default. */
async function storeUnlessGone(tx: Tx, customerId: CustomerId, paymentMethodId: string): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM payment_method
    WHERE customer_id = ${customerId} AND payment_method_id = ${paymentMethodId} AND detached_at IS NULL FOR UPDATE`;
  if (rows.length > 0) await storeDefaultCard(tx, customerId, paymentMethodId);
}

async function isStillAttached(stripeCustomerId: string, paymentMethodId: string): Promise<boolean> {
  return (await retrieveCard(paymentMethodId))?.stripeCustomerId === stripeCustomerId;
}

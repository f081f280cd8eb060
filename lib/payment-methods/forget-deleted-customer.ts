import { disableForRemovedCard } from "@/lib/auto-top-up";
import { unlinkStripeCustomer } from "@/lib/customers";
import { type Tx, withTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import { retrieveStripeCustomer } from "@/lib/stripe";

/**
 * Checks whether a customer was deleted at Stripe. If so, unlinks it and marks its cards as detached; the next use creates a
 * new Stripe customer. Can run any number of times and late: a new Stripe customer and its cards are not touched.
 *
 * @param options.claim runs first in the transaction and stores the event; false means that the event was handled before
 * @returns whether the customer was deleted
 * @throws StripeUnavailableError Stripe could not be read; nothing changed
 */
export async function forgetDeletedCustomer(
  customerId: CustomerId,
  stripeCustomerId: string,
  options: { claim?: (tx: Tx) => Promise<boolean>; now: Date },
): Promise<boolean> {
  if (await retrieveStripeCustomer(stripeCustomerId)) return false;
  await withTransaction(async (tx) => {
    if (options.claim && !(await options.claim(tx))) return;
    if (!(await unlinkStripeCustomer(tx, customerId, stripeCustomerId, options.now))) return;
    await tx.paymentMethod.updateMany({
      where: { customerId, livemode: livemode(), detachedAt: null },
      data: { detachedAt: options.now },
    });
    await disableForRemovedCard(tx, customerId, null);
  });
  return true;
}

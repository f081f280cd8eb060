import { unlinkStripeCustomer } from "@/lib/customers";
import { type Tx, withTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import { retrieveStripeCustomer } from "@/lib/stripe";

/**
 * Asks Stripe whether a customer is still there. When it is not, its cards are gone with it, and the next use makes a new
 * one. Any number of times and however late: the one that came after it, and the cards of that, are left alone.
 *
 * @param options.claim runs first in the transaction, for the event's row in the inbox; false means done before
 * @returns whether it is gone
 * @throws StripeUnavailableError Stripe cannot be read; nothing changed
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
  });
  return true;
}

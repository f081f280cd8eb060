import { withTransaction } from "@/lib/platform/db";
import { NotFoundError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { detachCard } from "@/lib/stripe";
import { findCard } from "./find-card";
import { markDetached } from "./save-card";

/**
 * Removes a card: at Stripe first, then here. After a crash in between, or when the answer was lost, Stripe's event or
 * the same request again finishes it. Removing a card that is gone already succeeds and changes nothing.
 *
 * @throws NotFoundError it never was a card of this customer
 * @throws StripeUnavailableError no answer from Stripe; nothing is lost, try again
 */
export async function removeCard(customerId: CustomerId, paymentMethodId: string, now: Date): Promise<void> {
  const card = await findCard(customerId, paymentMethodId);
  if (!card) throw new NotFoundError("payment method");
  if (card.detachedAt) return;
  await detachCard(paymentMethodId);
  await withTransaction((tx) => markDetached(tx, customerId, paymentMethodId, now));
}

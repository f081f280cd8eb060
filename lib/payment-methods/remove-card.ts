import { prisma, withTransaction } from "@/lib/platform/db";
import { NotFoundError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { detachCard } from "@/lib/stripe";
import { type CardRow, findCard, isSameCard } from "./find-card";
import { markDetached } from "./save-card";

/**
 * Removes a card: at Stripe first, then here. After a crash in between, or when the answer was lost, Stripe's event or
 * the same request again finishes it. Removing a card that is gone already succeeds and changes nothing.
 *
 * A card that was saved twice goes as a whole, or it would be back in the list as its double. The double goes first: as
 * long as the named one is there, the same request again finishes the rest.
 *
 * @throws NotFoundError it never was a card of this customer
 * @throws StripeUnavailableError no answer from Stripe; nothing is lost, try again
 */
export async function removeCard(customerId: CustomerId, paymentMethodId: string, now: Date): Promise<void> {
  const card = await findCard(customerId, paymentMethodId);
  if (!card) throw new NotFoundError("payment method");
  if (card.detachedAt) return;
  for (const { paymentMethodId: id } of [...(await findDoubles(card)), card]) {
    await detachCard(id);
    await withTransaction((tx) => markDetached(tx, customerId, id, now));
  }
}

async function findDoubles(card: CardRow): Promise<CardRow[]> {
  const { customerId, livemode, paymentMethodId } = card;
  const others = await prisma().paymentMethod.findMany({
    where: { customerId, livemode, detachedAt: null, paymentMethodId: { not: paymentMethodId } },
  });
  return others.filter((other) => isSameCard(card, other));
}

import { prisma, withTransaction } from "@/lib/platform/db";
import { NotFoundError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { detachCard } from "@/lib/stripe";
import { type CardRow, findCard, isSameCard } from "./find-card";
import { markDetached } from "./save-card";

/**
 * Removes a card, at Stripe first, then here. After a crash in between, Stripe's event or a retry finishes it. Removing a
 * card that is already detached changes nothing.
 *
 * A card that was saved twice is removed with its duplicates, or it would stay in the list. The duplicates are removed
 * first, so that a retry of the same request can finish.
 *
 * @throws NotFoundError the customer never had this card
 * @throws StripeUnavailableError no response; try again
 */
export async function removeCard(customerId: CustomerId, paymentMethodId: string, now: Date): Promise<void> {
  const card = await findCard(customerId, paymentMethodId);
  if (!card) throw new NotFoundError("payment method");
  if (card.detachedAt) return;
  for (const { paymentMethodId: id } of [...(await findDuplicates(card)), card]) {
    await detachCard(id);
    await withTransaction((tx) => markDetached(tx, customerId, id, now));
  }
}

async function findDuplicates(card: CardRow): Promise<CardRow[]> {
  const { customerId, livemode, paymentMethodId } = card;
  const others = await prisma().paymentMethod.findMany({
    where: { customerId, livemode, detachedAt: null, paymentMethodId: { not: paymentMethodId } },
  });
  return others.filter((other) => isSameCard(card, other));
}

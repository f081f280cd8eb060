import { type Prisma, prisma } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";

/** A row of `payment_method`. */
export type CardRow = Prisma.PaymentMethodGetPayload<object>;

/** A card of a customer in our mode, also one that is gone by now; null when it never was one of this customer. */
export async function findCard(customerId: CustomerId, paymentMethodId: string): Promise<CardRow | null> {
  const row = await prisma().paymentMethod.findUnique({
    where: { customerId_paymentMethodId: { customerId, paymentMethodId } },
  });
  return row?.livemode === livemode() ? row : null;
}

/**
 * Whether two payment methods are one card: the same number with the same end. One that the bank has sent anew has
 * another end, and its owner wants to see both.
 */
export function isSameCard(one: CardRow, other: CardRow): boolean {
  return (
    one.cardFingerprint !== null &&
    one.cardFingerprint === other.cardFingerprint &&
    one.cardExpMonth === other.cardExpMonth &&
    one.cardExpYear === other.cardExpYear
  );
}

import { type Prisma, prisma } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";

/** A row of `payment_method`. */
export type CardRow = Prisma.PaymentMethodGetPayload<object>;

/** Finds a card of a customer in our mode, even a detached one. */
export async function findCard(customerId: CustomerId, paymentMethodId: string): Promise<CardRow | null> {
  const row = await prisma().paymentMethod.findUnique({
    where: { customerId_paymentMethodId: { customerId, paymentMethodId } },
  });
  return row?.livemode === livemode() ? row : null;
}

/** Whether two payment methods are the same card: same number, same expiry. A renewed card counts as another one. */
export function isSameCard(one: CardRow, other: CardRow): boolean {
  return (
    one.cardFingerprint !== null &&
    one.cardFingerprint === other.cardFingerprint &&
    one.cardExpMonth === other.cardExpMonth &&
    one.cardExpYear === other.cardExpYear
  );
}

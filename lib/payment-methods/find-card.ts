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

/** Reads the names of a customer's cards, by payment method, even of detached ones. */
export async function readCardNames(
  customerId: CustomerId,
  paymentMethodIds: readonly string[],
): Promise<Map<string, { brand: string; last4: string }>> {
  if (paymentMethodIds.length === 0) return new Map();
  const rows = await prisma().paymentMethod.findMany({
    where: { customerId, paymentMethodId: { in: [...paymentMethodIds] } },
  });
  return new Map(
    rows.map(({ paymentMethodId, cardBrand, cardLast4 }) => [
      paymentMethodId,
      { brand: cardBrand, last4: cardLast4 },
    ]),
  );
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

import { findStripeCustomer } from "@/lib/customers";
import { prisma } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";

/** A saved card as it is shown. */
export interface SavedCard {
  paymentMethodId: string;
  brand: string;
  last4: string;
  expMonth: number;
  expYear: number;
  isDefault: boolean;
  createdAt: Date;
}

/** The cards that a customer can be charged with, newest first. */
export async function listCards(customerId: CustomerId): Promise<SavedCard[]> {
  const [rows, link] = await Promise.all([
    prisma().paymentMethod.findMany({
      where: { customerId, livemode: livemode(), detachedAt: null },
      orderBy: [{ createdAt: "desc" }, { paymentMethodId: "desc" }],
    }),
    findStripeCustomer(customerId),
  ]);
  return rows.map((row) => ({
    paymentMethodId: row.paymentMethodId,
    brand: row.cardBrand,
    last4: row.cardLast4,
    expMonth: row.cardExpMonth,
    expYear: row.cardExpYear,
    isDefault: row.paymentMethodId === link?.defaultPaymentMethodId,
    createdAt: row.createdAt,
  }));
}

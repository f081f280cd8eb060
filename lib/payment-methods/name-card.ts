import { prisma } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

/** Display names for brands whose name is not Stripe's code with a capital letter. */
const BRANDS: Record<string, string> = {
  amex: "American Express",
  cartes_bancaires: "Cartes Bancaires",
  diners: "Diners Club",
  eftpos_au: "Eftpos",
  jcb: "JCB",
  unionpay: "UnionPay",
  unknown: "Card",
};

/** Formats a card as "Visa ending in 4242", for text that may be read aloud or without symbols. */
export function nameCard({ cardBrand, cardLast4 }: { cardBrand: string; cardLast4: string }): string {
  const brand = BRANDS[cardBrand] ?? cardBrand.charAt(0).toUpperCase() + cardBrand.slice(1);
  return `${brand} ending in ${cardLast4}`;
}

/** Returns the name of a card of a customer, also after it was removed. */
export async function readCardName(customerId: CustomerId, paymentMethodId: string | null): Promise<string> {
  const card =
    paymentMethodId === null
      ? null
      : await prisma().paymentMethod.findUnique({
          where: { customerId_paymentMethodId: { customerId, paymentMethodId } },
        });
  return card ? nameCard(card) : "Your card";
}

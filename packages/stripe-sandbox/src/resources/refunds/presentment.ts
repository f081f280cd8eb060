import type { Stripe } from "../../stripe-types";

/**
 * What a refund is worth in the currency the customer paid in: its share of what they paid, half a unit up. Taken as
 * the difference of two running totals, so that the refunds of a whole charge add up to exactly what was paid.
 */
export function presentmentOf(
  charge: Stripe.Charge,
  amountCents: number,
): Stripe.Refund.PresentmentDetails | undefined {
  const paid = charge.presentment_details;
  if (!paid) return undefined;
  const worth = (cents: number) =>
    Math.floor((2 * cents * paid.presentment_amount + charge.amount) / (2 * charge.amount));
  return {
    presentment_amount: worth(charge.amount_refunded + amountCents) - worth(charge.amount_refunded),
    presentment_currency: paid.presentment_currency,
  };
}

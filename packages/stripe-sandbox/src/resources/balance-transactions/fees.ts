import type { Stripe } from "../../stripe-types";

/** What Stripe keeps of every chargeback. It stays with Stripe also when the dispute is won. */
export const DISPUTE_FEE_CENTS = 1500;

/**
 * Stripe's published price of a payment, in cents: cards 2.9 % + 30 ¢, bank debits 0.8 % but at most $5. Half a cent
 * goes up.
 *
 * @see https://stripe.com/pricing
 */
export function paymentFeeCents(charge: Stripe.Charge): number {
  const type = charge.payment_method_details?.type;
  if (type === "us_bank_account" || type === "sepa_debit") {
    return Math.min(share(charge.amount_captured, 8), 500);
  }
  return share(charge.amount_captured, 29) + 30;
}

/** So many thousandths of an amount, half a cent up. */
function share(amountCents: number, thousandths: number): number {
  return Math.floor((amountCents * thousandths * 2 + 1000) / 2000);
}

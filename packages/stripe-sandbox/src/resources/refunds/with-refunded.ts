import type { Stripe } from "../../stripe-types";

/** What can still be given back. The part of a held amount that was never captured counts as refunded already. */
export function unrefundedCents(charge: Stripe.Charge): number {
  return charge.amount - charge.amount_refunded;
}

/** The charge with so much more (or, after a failure, less) paid back. Refunds that are pending count. In cents. */
export function withRefunded(charge: Stripe.Charge, changeCents: number): Stripe.Charge {
  const amountRefunded = charge.amount_refunded + changeCents;
  if (amountRefunded < 0 || amountRefunded > charge.amount) {
    throw new Error(`${charge.id} would have ${amountRefunded} of ${charge.amount} refunded`);
  }
  return {
    ...charge,
    amount_refunded: amountRefunded,
    refunded: amountRefunded === charge.amount,
  };
}

import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import type { Stripe } from "../../stripe-types";

const DAY_SECONDS = 86_400;

/** Stripe's published price for cards: 2.9 % + 30 ¢, half a cent up. */
export function cardFeeCents(amountCents: number): number {
  return Math.floor((amountCents * 29 * 2 + 1000) / 2000) + 30;
}

/** The movement on the account's balance that a successful charge causes. */
export function buildBalanceTransaction(tx: Tx, charge: Stripe.Charge): Stripe.BalanceTransaction {
  const fee = cardFeeCents(charge.amount);
  return {
    id: newStripeId("txn"),
    object: "balance_transaction",
    amount: charge.amount,
    available_on: tx.now + 2 * DAY_SECONDS,
    balance_type: "payments",
    created: tx.now,
    currency: charge.currency,
    description: charge.description,
    exchange_rate: null,
    fee,
    fee_details: [
      {
        amount: fee,
        application: null,
        currency: charge.currency,
        description: "Stripe processing fees",
        type: "stripe_fee",
      },
    ],
    net: charge.amount - fee,
    reporting_category: "charge",
    source: charge.id,
    status: "pending",
    type: "charge",
  };
}

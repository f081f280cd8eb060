import type { Tx } from "../../runtime";
import { findObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { recordMovement } from "./balance-transaction";
import { paymentFeeCents } from "./fees";

const DAY_SECONDS = 86_400;
const SETTLEMENT_SECONDS = 2 * DAY_SECONDS;

/** What a successful charge brings in: its amount less Stripe's fee, available after two days. */
export function recordChargeMovement(tx: Tx, charge: Stripe.Charge): Promise<Stripe.BalanceTransaction> {
  return recordMovement(tx, {
    amountCents: charge.amount_captured,
    currency: charge.currency,
    fee: { amountCents: paymentFeeCents(charge), description: "Stripe processing fees" },
    // Stripe's older name is for cards, the newer one for every other way to pay.
    type: isCard(charge) ? "charge" : "payment",
    reportingCategory: "charge",
    sourceId: charge.id,
    description: charge.description,
    availableOn: tx.now + SETTLEMENT_SECONDS,
  });
}

/** What a refund takes out: the amount without the fee, which Stripe keeps. */
export async function recordRefundMovement(
  tx: Tx,
  charge: Stripe.Charge,
  refund: Stripe.Refund,
): Promise<Stripe.BalanceTransaction> {
  return recordMovement(tx, {
    amountCents: -refund.amount,
    currency: refund.currency,
    type: isCard(charge) ? "refund" : "payment_refund",
    reportingCategory: "refund",
    sourceId: refund.id,
    description: named("REFUND FOR CHARGE", charge),
    availableOn: await availableOnOf(tx, charge),
  });
}

/** What a refund that did not arrive brings back, for a failed and for a canceled one. */
export async function recordRefundReturn(
  tx: Tx,
  charge: Stripe.Charge,
  refund: Stripe.Refund,
): Promise<Stripe.BalanceTransaction> {
  return recordMovement(tx, {
    amountCents: refund.amount,
    currency: refund.currency,
    type: "refund_failure",
    reportingCategory: "refund_failure",
    sourceId: refund.id,
    description: named("REFUND FAILURE", charge),
    availableOn: await availableOnOf(tx, charge),
  });
}

/** A refund of money that is still on its way takes it from there, so both become available together. */
async function availableOnOf(tx: Tx, charge: Stripe.Charge): Promise<number> {
  const id = charge.balance_transaction;
  const stored =
    typeof id === "string"
      ? await findObject<Stripe.BalanceTransaction>(tx, "balance_transaction", id)
      : undefined;
  return Math.max(tx.now, stored?.data.available_on ?? 0);
}

function isCard(charge: Stripe.Charge): boolean {
  return charge.payment_method_details?.type === "card";
}

function named(what: string, { description }: Stripe.Charge): string {
  return description ? `${what} (${description})` : what;
}

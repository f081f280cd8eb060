import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { recordMovement } from "./balance-transaction";
import { DISPUTE_FEE_CENTS } from "./fees";

/** The bank takes the disputed amount, Stripe its fee; at once, whether or not the payment is available yet. */
export function recordDisputeWithdrawal(
  tx: Tx,
  dispute: Stripe.Dispute,
  chargeId: string,
): Promise<Stripe.BalanceTransaction> {
  return recordMovement(tx, {
    amountCents: -dispute.amount,
    currency: dispute.currency,
    fee: { amountCents: DISPUTE_FEE_CENTS, description: "Dispute fee" },
    type: "adjustment",
    reportingCategory: "dispute",
    sourceId: dispute.id,
    description: `Chargeback withdrawal for ${chargeId}`,
    availableOn: tx.now,
  });
}

/** A won dispute gives the amount back, not the fee. */
export function recordDisputeReversal(
  tx: Tx,
  dispute: Stripe.Dispute,
  chargeId: string,
): Promise<Stripe.BalanceTransaction> {
  return recordMovement(tx, {
    amountCents: dispute.amount,
    currency: dispute.currency,
    type: "adjustment",
    reportingCategory: "dispute_reversal",
    sourceId: dispute.id,
    description: `Chargeback reversal for ${chargeId}`,
    availableOn: tx.now,
  });
}

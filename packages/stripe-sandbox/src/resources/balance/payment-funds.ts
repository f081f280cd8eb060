import type { Tx } from "../../runtime";
import { readBehavior } from "../../store/behavior";
import { findObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { insertBalanceTransaction } from "./balance-transaction";

const DAY_SECONDS = 86_400;
const SETTLEMENT_SECONDS = 2 * DAY_SECONDS;

/**
 * Credits a charge: its amount less Stripe's fee, available after two days.
 *
 * @param settledAt when the bank is expected to pay, in Unix seconds
 */
export function recordChargeFunds(
  tx: Tx,
  charge: Stripe.Charge,
  settledAt = tx.now,
): Promise<Stripe.BalanceTransaction> {
  return insertBalanceTransaction(tx, {
    amountCents: charge.amount_captured,
    currency: charge.currency,
    fee: { amountCents: paymentFeeCents(charge), description: "Stripe processing fees" },
    // Stripe uses the older type for cards and the newer one for every other payment method.
    type: isCard(charge) ? "charge" : "payment",
    reportingCategory: "charge",
    sourceId: charge.id,
    description: charge.description,
    availableOn: settledAt + SETTLEMENT_SECONDS,
  });
}

/** Debits a bank debit that failed after its `payment` had entered the balance, and returns Stripe's fee. */
export async function recordDebitFailure(tx: Tx, charge: Stripe.Charge): Promise<Stripe.BalanceTransaction> {
  return insertBalanceTransaction(tx, {
    amountCents: -charge.amount_captured,
    currency: charge.currency,
    fee: { amountCents: -paymentFeeCents(charge), description: "Stripe processing fees" },
    type: "payment_failure_refund",
    reportingCategory: "charge_failure",
    sourceId: charge.id,
    description: describeFor("PAYMENT FAILURE", charge),
    availableOn: await availableOnOf(tx, charge),
  });
}

/** Debits a refund. Stripe keeps the fee of the charge. */
export async function recordRefundFunds(
  tx: Tx,
  charge: Stripe.Charge,
  refund: Stripe.Refund,
): Promise<Stripe.BalanceTransaction> {
  return insertBalanceTransaction(tx, {
    amountCents: -refund.amount,
    currency: refund.currency,
    type: isCard(charge) ? "refund" : "payment_refund",
    reportingCategory: "refund",
    sourceId: refund.id,
    description: describeFor("REFUND FOR CHARGE", charge),
    availableOn: await availableOnOf(tx, charge),
  });
}

/** Credits the amount of a failed or canceled refund. */
export async function recordRefundReversal(
  tx: Tx,
  charge: Stripe.Charge,
  refund: Stripe.Refund,
): Promise<Stripe.BalanceTransaction> {
  return insertBalanceTransaction(tx, {
    amountCents: refund.amount,
    currency: refund.currency,
    type: (await readBehavior(tx)).refund_failure_type,
    reportingCategory: "refund_failure",
    sourceId: refund.id,
    description: describeFor("REFUND FAILURE", charge),
    availableOn: await availableOnOf(tx, charge),
  });
}

/** A refund of pending money becomes available together with it. */
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

function describeFor(what: string, { description }: Stripe.Charge): string {
  return description ? `${what} (${description})` : what;
}

/** Debits the disputed amount and the dispute fee at once, even if the payment is still pending. */
export function recordDisputeWithdrawal(
  tx: Tx,
  dispute: Stripe.Dispute,
  chargeId: string,
): Promise<Stripe.BalanceTransaction> {
  return insertBalanceTransaction(tx, {
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

/** Credits what a decided dispute returns, but not the fee. */
export function recordDisputeReversal(
  tx: Tx,
  dispute: Stripe.Dispute,
  chargeId: string,
  amountCents: number,
): Promise<Stripe.BalanceTransaction> {
  return insertBalanceTransaction(tx, {
    amountCents,
    currency: dispute.currency,
    type: "adjustment",
    reportingCategory: "dispute_reversal",
    sourceId: dispute.id,
    description: `Chargeback reversal for ${chargeId}`,
    availableOn: tx.now,
  });
}

/** Charged for every dispute and never returned, even if the dispute is won. */
const DISPUTE_FEE_CENTS = 1500;

/**
 * Returns Stripe's published fee in cents, half a cent rounded up: 2.9% + 30¢ for cards, 0.8% up to $5 for bank
 * debits.
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

/** Rounds half a cent up. */
function share(amountCents: number, thousandths: number): number {
  return Math.floor((amountCents * thousandths * 2 + 1000) / 2000);
}

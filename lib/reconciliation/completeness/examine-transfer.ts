import { findOwner } from "@/lib/customers";
import { NANOS_PER_CENT } from "@/lib/money";
import { findReversal, type ReversalSource } from "@/lib/reversals";
import { retrieveChargeOfPayment } from "@/lib/stripe";
import type { Examination } from "./examination";
import type { Finding, FindingKind } from "./finding";
import { healReversal } from "./heal";
import { describeWrongTransfers, type StripeTransfer } from "./items";

/** Looks for the money of a credit or reversal at Stripe. Returns what is missing, or null. */
export function examineTransfer(transfer: StripeTransfer, examination: Examination): Promise<Finding | null> {
  return transfer.kind === "credit"
    ? examineCredit(transfer, examination)
    : examineReversal(transfer, examination);
}

async function examineCredit(transfer: StripeTransfer, { paid }: Examination): Promise<Finding | null> {
  const { paymentIntentId } = transfer;
  if (paymentIntentId === null) {
    return finding(transfer, "credit_without_money", null, "A credit names no payment at Stripe.");
  }
  // A credited payment is mapped to its top-up. One of another product or top-up is not.
  const owner = await findOwner(paymentIntentId);
  if (owner?.customerId !== transfer.customerId || owner.ourId !== transfer.sourceId) {
    const message = `The payment ${paymentIntentId} was credited, but it does not belong to this top-up.`;
    return finding(transfer, "credit_without_money", paymentIntentId, message);
  }
  if (paid.has(paymentIntentId)) return null;
  const charge = await retrieveChargeOfPayment(paymentIntentId);
  if (charge?.isPaid) return null;
  const message = charge
    ? `The payment ${paymentIntentId} was credited, but Stripe does not have its money.`
    : `The payment ${paymentIntentId} was credited, but Stripe does not know it.`;
  return finding(transfer, "credit_without_money", paymentIntentId, message);
}

/** The money of a refund or dispute is what Stripe says of it now; `settle` posts what differs. */
async function examineReversal(transfer: StripeTransfer, examination: Examination): Promise<Finding | null> {
  const { sourceId, kind } = transfer;
  if (examination.moved.has(sourceId)) return null; // compared from the side of the money
  const type: ReversalSource = kind.startsWith("dispute") ? "dispute" : "stripe_refund";
  const before = await findReversal(type, sourceId);
  const { outcome, row: after } = await healReversal(type, sourceId, examination.now);
  if (outcome === "settled") {
    if (after?.effectiveCents !== before?.effectiveCents) examination.healed++;
    const wrong = after && (await describeWrongTransfers(after));
    return wrong ? finding(transfer, "amount_mismatch", sourceId, wrong) : null;
  }
  const message = `The ledger has a ${kind} for ${sourceId}, which Stripe does not know.`;
  return finding(transfer, "reversal_without_money", sourceId, message);
}

function finding(
  transfer: StripeTransfer,
  kind: FindingKind,
  stripeObjectId: string | null,
  message: string,
): Finding {
  const { customerId, transferId, sourceId, amountNanos } = transfer;
  return {
    kind,
    customerId,
    subjectId: transferId,
    stripeObjectId,
    topUpIntentId: transfer.kind === "credit" ? sourceId : null,
    amountCents: amountNanos / NANOS_PER_CENT,
    currency: "usd",
    message,
  };
}

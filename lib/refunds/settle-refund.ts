import { raiseAlert } from "@/lib/platform/alerts";
import { inTransaction, type Tx } from "@/lib/platform/db";
import { isId } from "@/lib/platform/ids";
import {
  effectiveRefundCents,
  type Reversal,
  type ReversalChange,
  type ReversalFacts,
  type SettleOptions,
  type SettleReversalOutcome,
  settleReversal,
} from "@/lib/reversals";
import { listRefunds, type RefundFacts, retrieveRefund } from "@/lib/stripe";
import { addTimelineEntry, refOf } from "@/lib/top-ups";
import { enqueueCreditNote, raiseUnfoundedCreditNote } from "./issue-credit-note";
import { enqueueRefundMail } from "./mail-refund";
import { findRefundRequest, markSubmitted, REQUEST_METADATA } from "./refund-requests";

interface ReadRefund extends ReversalFacts {
  refund: RefundFacts;
}

/**
 * Reads a refund again and takes back the part of the credit that it has paid back, or returns it when the refund failed.
 * A pending refund counts from its beginning. It may run any number of times, in any order.
 *
 * @throws StripeUnavailableError Stripe cannot be read; nothing changed
 */
export function settleRefund(refundId: string, options?: SettleOptions): Promise<SettleReversalOutcome> {
  const source = { type: "stripe_refund", id: refundId } as const;
  return settleReversal(source, { read: readRefund, record: recordRefund }, options);
}

/**
 * Settles every refund of a payment.
 *
 * @returns false when the payment has none, or is none of ours
 */
export async function settleRefundsOfPayment(paymentIntentId: string, now?: Date): Promise<boolean> {
  const refunds = await listRefunds(paymentIntentId);
  const outcomes = [];
  for (const { refundId } of refunds) outcomes.push(await settleRefund(refundId, now ? { now } : {}));
  return outcomes.some((outcome) => outcome !== "foreign");
}

async function readRefund(refundId: string): Promise<ReadRefund | null> {
  const refund = await retrieveRefund(refundId);
  if (!refund) return null;
  const { status, createdAt, movedAt, payment } = refund;
  return { status, createdAt, movedAt, payment, effectiveCents: effectiveRefundCents(refund), refund };
}

async function recordRefund(tx: Tx, change: ReversalChange<ReadRefund>): Promise<void> {
  const { topUp, before, after, facts, now } = change;
  await closeRequest(tx, change);
  if (after.status === "succeeded" && before?.status !== "succeeded") {
    await enqueueCreditNote(tx, after);
    await enqueueRefundMail(tx, after);
  }
  if (isReturned(after)) {
    if (before && isReturned(before)) return;
    const details = {
      topUpIntentId: topUp.topUpIntentId,
      amountCents: facts.refund.amountCents.toString(),
      reason: facts.refund.failureReason ?? after.status,
    };
    if (after.creditNoteId) await raiseUnfoundedCreditNote(tx, after, details);
    await addTimelineEntry(tx, refOf(topUp), "refund_failed", now, after.sourceId);
    await raiseAlert(inTransaction(tx), {
      customerId: topUp.customerId,
      kind: "refund_failed",
      subjectId: after.sourceId,
      message: `A refund did not reach the customer. ${topUp.creditedAt ? "What it took from the balance was returned. " : ""}Pay the customer in another way, or refund again.`,
      details,
    });
  } else if (!before) {
    await addTimelineEntry(tx, refOf(topUp), "refunded", now, after.sourceId);
  }
}

/** A refund names the request that it answers; one that somebody made at Stripe names none. */
async function closeRequest(tx: Tx, { topUp, after, facts }: ReversalChange<ReadRefund>): Promise<void> {
  const refundRequestId = facts.refund.metadata[REQUEST_METADATA];
  if (!refundRequestId || !isId("refundRequest", refundRequestId)) return;
  const { customerId, topUpIntentId } = refOf(topUp);
  const request = await findRefundRequest({ customerId, refundRequestId }, tx);
  if (request?.topUpIntentId !== topUpIntentId) return;
  await markSubmitted(tx, { customerId, refundRequestId }, after.sourceId);
}

/** Whether a refund has paid nothing back. */
function isReturned(row: Reversal): boolean {
  return row.effectiveCents === 0;
}

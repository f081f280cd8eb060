import { holdUnspent } from "@/lib/ledger";
import type { Cents } from "@/lib/money";
import type { Tx } from "@/lib/platform/db";
import { newId } from "@/lib/platform/ids";
import { enqueueTask } from "@/lib/platform/jobs";
import type { ReversedTopUp } from "@/lib/reversals";
import { addTimelineEntry, refOf } from "@/lib/top-ups";
import { NotRefundableError } from "./errors";
import { quoteRefund, quoteUncredited, type UncreditedPayment } from "./quote-refund";
import type { RefundRequest } from "./refund-requests";
import { SUBMIT_REFUND } from "./submit-refund";

/** What makes a request what it is, whoever asks. */
export interface NewRequest {
  requestedBy: "operator" | "customer" | "fraud_warning";
  /** Null for all that is left. */
  amount: Cents | null;
  /** The payment to refund, if it is not the credited one. */
  uncredited?: UncreditedPayment;
  owner: string;
  key: string;
  requestHash: string;
  reason?: string;
  apiKeyId?: string | null;
  userId?: string | null;
}

/**
 * Writes everything that must be there before Stripe is asked: the request, what it holds, and the task that asks again.
 *
 * @throws NotRefundableError the top-up cannot be refunded, or not by so much
 */
export async function insertRequest(
  tx: Tx,
  topUp: ReversedTopUp,
  wanted: NewRequest,
): Promise<RefundRequest> {
  const ref = refOf(topUp);
  const { customerId, topUpIntentId } = ref;
  const refundRequestId = newId("refundRequest");
  const { amount, credit, stripePaymentIntentId } = wanted.uncredited
    ? await quoteUncredited(topUp, wanted.uncredited, tx)
    : await quoteRefund(topUp, wanted.amount, tx);
  const isByOperator = wanted.requestedBy === "operator";
  const holdId =
    isByOperator || credit === 0n
      ? null
      : await holdUnspent(tx, {
          customerId,
          amount: credit,
          key: refundRequestId,
          description: "Refund of a top-up",
        });
  if (!isByOperator && credit > 0n && holdId === null) {
    throw new NotRefundableError(
      "A part of this top-up has been spent or is held, so it cannot be refunded.",
      "already_spent",
    );
  }
  const request = await tx.refundRequest.create({
    data: {
      customerId,
      refundRequestId,
      topUpIntentId,
      stripePaymentIntentId,
      requestedBy: wanted.requestedBy,
      amountCents: Number(amount),
      creditNanos: credit,
      holdId,
      reason: wanted.reason ?? null,
      idempotencyOwner: wanted.owner,
      idempotencyKey: wanted.key,
      requestHash: wanted.requestHash,
      apiKeyId: wanted.apiKeyId ?? null,
      userId: wanted.userId ?? null,
    },
  });
  await addTimelineEntry(tx, ref, "refund_requested", new Date(), refundRequestId);
  await enqueueTask(tx, {
    name: SUBMIT_REFUND,
    payload: { customerId, refundRequestId },
    key: refundRequestId,
  });
  return request;
}

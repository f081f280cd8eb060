import { idempotencyOwner, type OperatorActor } from "@/lib/auth";
import { lockAutoTopUpRule } from "@/lib/auto-top-up";
import { findOwner } from "@/lib/customers";
import { actOnce } from "@/lib/operator-actions";
import { inCustomerShare, isKeyTaken, type Tx } from "@/lib/platform/db";
import { IdempotencyConflictError, ServiceUnavailableError } from "@/lib/platform/errors";
import { ReviewNotResolvableError } from "./errors";
import {
  addTimelineEntry,
  findIntent,
  lockIntent,
  readAnyIntent,
  refOf,
  type TopUpIntent,
  type TopUpRef,
  updateIntent,
} from "./intents";
import { type ReadPayment, readReviewedPayment } from "./read-reviewed-payment";
import { manualCreditObstacle } from "./rules";

/** A person's decision on a top-up in review. */
export interface ReviewResolution {
  topUpIntentId: string;
  /** Shown in the list of the operator's actions. */
  reason: string;
  idempotencyKey: string;
}

/** A payment in review, as Stripe returned it, and the version of the intent before it was read. */
export interface ReviewedPayment {
  ref: TopUpRef;
  version: number;
  /** Null when Stripe does not know the session or invoice. */
  read: ReadPayment | null;
}

/** Rolls back: the intent changed after Stripe was read, so what was read may be stale. */
export class StaleReviewSignal extends Error {}

/** Other transactions can change the intent while Stripe is read this often. */
const MAX_READS = 8;

/**
 * Credits the amount of a top-up in review, exactly, although its payment did not match. One key credits once.
 *
 * @throws NotFoundError there is no such top-up
 * @throws ReviewNotResolvableError it is not in review, or its payment is not paid, not ours, not in USD or too small
 * @throws IdempotencyConflictError the key was used for another request
 * @throws StripeUnavailableError Stripe cannot be read; nothing changed
 */
export async function creditReviewed(
  by: OperatorActor,
  { topUpIntentId, reason, idempotencyKey }: ReviewResolution,
  now: Date = new Date(),
): Promise<{ isReplay: boolean }> {
  return withReviewedPayment(topUpIntentId, async ({ ref, version, read }) => {
    const { customerId } = ref;
    const payment = read?.facts.payment;
    const owner = payment ? await findOwner(payment.paymentIntentId) : null;
    const action = { verb: "resolve_top_up", by, subjectId: topUpIntentId, customerId, reason } as const;
    const request = { idempotencyKey, content: [topUpIntentId, "credit", reason] };
    return inCustomerShare(customerId, () =>
      actOnce(action, request, async (tx) => {
        await lockAutoTopUpRule(tx, customerId); // before the top-up, as whatever settles an automatic one
        const intent = await lockReviewed(tx, ref, version);
        await refuseKeyOfOthers(tx, customerId, idempotencyOwner(by), idempotencyKey);
        if (owner && owner.ourId !== topUpIntentId) throw new ReviewNotResolvableError("payment_not_ours");
        await creditLocked(tx, intent, read, now);
      }),
    );
  });
}

/** @throws IdempotencyConflictError the key names a charge, a hold, an adjustment or a refund of the customer */
async function refuseKeyOfOthers(
  tx: Tx,
  customerId: string,
  idempotencyOwner: string,
  idempotencyKey: string,
): Promise<void> {
  const refunds = await tx.refundRequest.count({ where: { customerId, idempotencyOwner, idempotencyKey } });
  if (refunds > 0) throw new IdempotencyConflictError();
  try {
    await tx.$queryRaw`
      SELECT 1 AS one FROM refuse_key_of_spending(${customerId}, ${idempotencyOwner}, ${idempotencyKey})`;
  } catch (error) {
    throw isKeyTaken(error) ? new IdempotencyConflictError() : error;
  }
}

async function creditLocked(tx: Tx, intent: TopUpIntent, read: ReadPayment | null, now: Date): Promise<void> {
  const facts = read?.facts ?? null;
  const stripeCustomerId = read?.stripeCustomerId ?? null;
  const obstacle = manualCreditObstacle({ ...intent, stripeCustomerId }, facts);
  if (obstacle || !read || !facts?.payment)
    throw new ReviewNotResolvableError(obstacle ?? "payment_not_paid");
  const { paymentIntentId } = facts.payment;
  const ref = refOf(intent);
  const { customerId } = ref;
  const refunds = await tx.refundRequest.count({
    where: { customerId, stripePaymentIntentId: paymentIntentId, status: "pending" },
  });
  if (refunds > 0) throw new ReviewNotResolvableError("refund_requested");
  await addTimelineEntry(tx, ref, "review_credited", now, paymentIntentId);
  await read.credit(tx, intent, now);
}

/**
 * Reads the payment in review at Stripe and runs `decide` with it, again when the intent changed in the meantime.
 *
 * @param decide calls `lockReviewed` first in its transaction
 */
export async function withReviewedPayment<T>(
  topUpIntentId: string,
  decide: (payment: ReviewedPayment) => Promise<T>,
): Promise<T> {
  const ref = refOf(await readAnyIntent(topUpIntentId));
  for (let read = 1; read <= MAX_READS; read++) {
    const seen = await findIntent(ref);
    const read = seen && (await readReviewedPayment(seen));
    try {
      return await decide({ ref, version: seen?.version ?? 0, read });
    } catch (error) {
      if (!(error instanceof StaleReviewSignal)) throw error;
    }
  }
  throw new ServiceUnavailableError("This top-up is being updated by other requests. Please try again.", {
    reason: "busy",
  });
}

/**
 * Locks a top-up in review.
 *
 * @param version the version before Stripe was read
 * @throws ReviewNotResolvableError it is not in review
 */
export async function lockReviewed(tx: Tx, ref: TopUpRef, version: number): Promise<TopUpIntent> {
  const intent = await lockIntent(tx, ref);
  if (intent.status !== "needs_review") throw new ReviewNotResolvableError("not_in_review");
  if (intent.version !== version) throw new StaleReviewSignal();
  return intent;
}

/**
 * Ends the review of a payment that a person has dealt with in another way, such as an adjustment of the balance.
 *
 * @param subjectId the payment of the review; its session or invoice when there is no payment
 */
export async function closeReview(tx: Tx, ref: TopUpRef, subjectId: string, now: Date): Promise<void> {
  const intent = await lockIntent(tx, ref);
  const subject = intent.reviewPaymentIntentId ?? intent.reviewSessionId ?? intent.stripeInvoiceId;
  if (intent.status !== "needs_review" || subject !== subjectId) return;
  await updateIntent(tx, ref, { status: "canceled", nextCheckAt: null });
  await addTimelineEntry(tx, ref, "review_closed", now);
}

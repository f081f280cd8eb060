import { idempotencyOwner, type OperatorActor } from "@/lib/auth";
import { findOwner, findStripeCustomer } from "@/lib/customers";
import { actOnce } from "@/lib/operator-actions";
import { inCustomerShare, isKeyTaken, type Tx } from "@/lib/platform/db";
import { IdempotencyConflictError, ServiceUnavailableError } from "@/lib/platform/errors";
import { type CheckoutFacts, retrieveCheckoutSession } from "@/lib/stripe";
import { credit, type SettleContext } from "./apply-decision";
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
import { manualCreditObstacle } from "./rules";
import { expectedStripeCustomer } from "./settle-top-up";

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
  /** Null when Stripe does not know the session. */
  session: CheckoutFacts | null;
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
  return withReviewedPayment(topUpIntentId, async ({ ref, version, session }) => {
    const { customerId } = ref;
    const link = await findStripeCustomer(customerId);
    const stripeCustomerId = session && (await expectedStripeCustomer(ref, session, link));
    // The time until a person decides is not counted as the delay of a credit.
    const context = { stripeCustomerId, link, now, paidAt: null };
    const owner = session?.payment ? await findOwner(session.payment.paymentIntentId) : null;
    const action = { verb: "resolve_top_up", by, subjectId: topUpIntentId, customerId, reason } as const;
    const request = { idempotencyKey, content: [topUpIntentId, "credit", reason] };
    return inCustomerShare(customerId, () =>
      actOnce(action, request, async (tx) => {
        const intent = await lockReviewed(tx, ref, version);
        await refuseKeyOfOthers(tx, customerId, idempotencyOwner(by), idempotencyKey);
        if (owner && owner.ourId !== topUpIntentId) throw new ReviewNotResolvableError("payment_not_ours");
        await creditLocked(tx, intent, session, context);
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

async function creditLocked(
  tx: Tx,
  intent: TopUpIntent,
  session: CheckoutFacts | null,
  context: SettleContext,
): Promise<void> {
  const obstacle = manualCreditObstacle({ ...intent, stripeCustomerId: context.stripeCustomerId }, session);
  if (obstacle || !session?.payment) throw new ReviewNotResolvableError(obstacle ?? "payment_not_paid");
  const { paymentIntentId, receivedCents } = session.payment;
  const ref = refOf(intent);
  const { customerId } = ref;
  const refunds = await tx.refundRequest.count({
    where: { customerId, stripePaymentIntentId: paymentIntentId, status: "pending" },
  });
  if (refunds > 0) throw new ReviewNotResolvableError("refund_requested");
  await addTimelineEntry(tx, ref, "review_credited", context.now, paymentIntentId);
  // What was received is what can be refunded, whatever the session says.
  await credit(tx, ref, intent, { ...session, totalCents: receivedCents }, context);
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
    const sessionId = seen?.reviewSessionId ?? null;
    const session = sessionId === null ? null : await retrieveCheckoutSession(sessionId);
    try {
      return await decide({ ref, version: seen?.version ?? 0, session });
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
 * @param subjectId the payment of the review; its session when there is no payment
 */
export async function closeReview(tx: Tx, ref: TopUpRef, subjectId: string, now: Date): Promise<void> {
  const intent = await lockIntent(tx, ref);
  const subject = intent.reviewPaymentIntentId ?? intent.reviewSessionId;
  if (intent.status !== "needs_review" || subject !== subjectId) return;
  await updateIntent(tx, ref, { status: "canceled", nextCheckAt: null });
  await addTimelineEntry(tx, ref, "review_closed", now);
}

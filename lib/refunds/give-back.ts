import { idempotencyOwner, type OperatorActor } from "@/lib/auth";
import { findOwner, mapStripeObject } from "@/lib/customers";
import { cents } from "@/lib/money";
import { recordAction } from "@/lib/operator-actions";
import type { Tx } from "@/lib/platform/db";
import { hashRequest } from "@/lib/platform/request-hash";
import {
  lockReviewed,
  type ReviewedFacts,
  ReviewNotResolvableError,
  type ReviewResolution,
  type TopUpRef,
  withReviewedPayment,
} from "@/lib/top-ups";
import { type RequestedRefund, requestOnce } from "./write-request";

type PaymentFacts = NonNullable<ReviewedFacts["payment"]>;

/**
 * Refunds the whole payment of a top-up in review. The review ends when the money has gone back; until then a refund task
 * is open. One key refunds once.
 *
 * @throws NotFoundError there is no such top-up
 * @throws ReviewNotResolvableError it is not in review, nothing is left to refund, or a refund was requested before
 * @throws NotRefundableError Stripe refused; the top-up stays in review
 * @throws IdempotencyConflictError the key was used for another request
 * @throws StripeUnavailableError Stripe cannot be read; nothing changed
 */
export function giveBackReviewed(by: OperatorActor, input: ReviewResolution): Promise<RequestedRefund> {
  const { topUpIntentId, reason, idempotencyKey } = input;
  return withReviewedPayment(topUpIntentId, async ({ ref, version, read }) => {
    const payment = read?.facts.payment ?? null;
    const owner = payment && (await findOwner(payment.paymentIntentId));
    const wanted = {
      requestedBy: "operator",
      amount: null,
      ...(payment && { uncredited: uncreditedPayment(payment) }),
      owner: idempotencyOwner(by),
      key: idempotencyKey,
      requestHash: hashRequest(["give_back", topUpIntentId, reason]),
      reason,
      apiKeyId: by.apiKeyId,
    } as const;
    return requestOnce(ref, wanted, async (tx) => {
      await lockReviewed(tx, ref, version);
      if (!payment || payment.receivedCents <= 0n) throw new ReviewNotResolvableError("nothing_to_refund");
      if (owner && owner.ourId !== topUpIntentId) throw new ReviewNotResolvableError("payment_not_ours");
      await openRefundTask(tx, ref, payment);
      const { customerId } = ref;
      await recordAction(tx, { verb: "resolve_top_up", by, subjectId: topUpIntentId, customerId, reason });
    });
  });
}

function uncreditedPayment({ paymentIntentId, receivedCents }: PaymentFacts) {
  return { stripePaymentIntentId: paymentIntentId, received: cents(receivedCents) };
}

/** Opens the task that stays until all of the payment has gone back, and remembers whose payment it is. */
async function openRefundTask(tx: Tx, ref: TopUpRef, payment: PaymentFacts): Promise<void> {
  const { customerId, topUpIntentId } = ref;
  const { paymentIntentId: stripePaymentIntentId, receivedCents, currency } = payment;
  await tx.refundTask.upsert({
    where: { customerId_stripePaymentIntentId: { customerId, stripePaymentIntentId } },
    create: {
      ...ref,
      stripePaymentIntentId,
      amountCents: Number(receivedCents),
      currency,
      reason: "review",
    },
    update: { status: "open", resolvedAt: null },
  });
  await mapStripeObject(tx, stripePaymentIntentId, {
    customerId,
    kind: "payment_intent",
    ourId: topUpIntentId,
  });
}

import { raiseAlert, resolveAlertsAbout } from "@/lib/platform/alerts";
import { inTransaction, type Tx } from "@/lib/platform/db";
import { newId } from "@/lib/platform/ids";
import { isFullyReturned, listReversals, type ReversedTopUp } from "./reversals";

/** The alerts that ask a person to give a payment back. */
const ALERTS = ["second_payment", "top_up_needs_review"];

/**
 * Closes the task and the alert of a payment that was not credited, once all of it has gone back, and opens them again when
 * it turns out that it has not.
 */
export async function syncRefundTask(tx: Tx, topUp: ReversedTopUp, paymentIntentId: string): Promise<void> {
  const { customerId } = topUp;
  if (topUp.creditedAt && topUp.stripePaymentIntentId === paymentIntentId) return;
  const isDone = isFullyReturned(await listReversals(tx, topUp, paymentIntentId));
  const tasks = await tx.refundTask.updateMany({
    where: { customerId, stripePaymentIntentId: paymentIntentId, status: isDone ? "open" : "done" },
    data: isDone ? { status: "done", resolvedAt: new Date() } : { status: "open", resolvedAt: null },
  });
  await syncReview(tx, topUp, paymentIntentId, isDone);
  if (isDone) {
    const subject = { customerId, subjectId: paymentIntentId, kinds: ALERTS };
    await resolveAlertsAbout(inTransaction(tx), subject, new Date());
  } else if (tasks.count > 0) {
    await raiseAlert(inTransaction(tx), {
      customerId,
      kind: topUp.reviewPaymentIntentId === paymentIntentId ? "top_up_needs_review" : "second_payment",
      subjectId: paymentIntentId,
      message: "The refund of a payment that was not credited did not arrive. It must be refunded again.",
      details: { topUpIntentId: topUp.topUpIntentId },
    });
  }
}

/** Ends the review of a payment once all of it has gone back, and starts it again when it turns out that it has not. */
async function syncReview(
  tx: Tx,
  { customerId, topUpIntentId, creditedAt, reviewPaymentIntentId }: ReversedTopUp,
  paymentIntentId: string,
  isDone: boolean,
): Promise<void> {
  if (creditedAt || reviewPaymentIntentId !== paymentIntentId) return;
  const wasClosedByHand = await tx.topUpTimeline.count({
    where: { customerId, topUpIntentId, what: "review_closed" },
  });
  if (wasClosedByHand > 0) return;
  const { count } = await tx.topUpIntent.updateMany({
    where: { customerId, topUpIntentId, status: isDone ? "needs_review" : "canceled" },
    data: { status: isDone ? "canceled" : "needs_review", version: { increment: 1 } },
  });
  if (count === 0) return;
  const what = isDone ? "review_refunded" : "needs_review";
  await tx.topUpTimeline.create({
    data: {
      customerId,
      topUpIntentId,
      entryId: newId("timeline"),
      at: new Date(),
      what,
      reference: paymentIntentId,
    },
  });
}

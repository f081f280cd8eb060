import { raiseAlert, resolveAlertsAbout } from "@/lib/platform/alerts";
import { inTransaction, type Tx } from "@/lib/platform/db";
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
  if (isDone) {
    const subject = { customerId, subjectId: paymentIntentId, kinds: ALERTS };
    await resolveAlertsAbout(inTransaction(tx), subject, new Date());
  } else if (tasks.count > 0) {
    await raiseAlert(inTransaction(tx), {
      customerId,
      kind: "second_payment",
      subjectId: paymentIntentId,
      message: "The refund of a payment that was not credited did not arrive. It must be refunded again.",
      details: { topUpIntentId: topUp.topUpIntentId },
    });
  }
}

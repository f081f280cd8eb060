import type { OperatorActor } from "@/lib/auth";
import { recordAction } from "@/lib/operator-actions";
import { OPERATOR_ALERTS } from "@/lib/platform/alerts";
import { type Tx, withCustomerTransaction } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { closeReview, refOf } from "@/lib/top-ups";
import { type Alert, readAlert } from "./list-alerts";

/**
 * Resolves an alert, together with what it asks for: the refund task of a second payment is dismissed, and the review of a
 * top-up ends without a credit or a refund. Resolving a resolved alert changes nothing.
 *
 * @throws NotFoundError there is no such alert
 */
export async function resolveAlert(
  by: OperatorActor,
  { alertId, reason }: { alertId: string; reason: string },
  now: Date = new Date(),
): Promise<Alert> {
  const known = await readAlert(alertId);
  const { customerId } = known;
  return withCustomerTransaction(customerId, async (tx) => {
    // Top-up before alert, the order in which everything else locks them.
    await endWhatItAsksFor(tx, known, now);
    const { count } = await tx.alert.updateMany({
      where: { customerId, alertId, resolvedAt: null },
      data: { resolvedAt: now },
    });
    if (count > 0) {
      await recordAction(tx, {
        verb: "resolve_alert",
        by,
        subjectId: alertId,
        customerId: customerId === OPERATOR_ALERTS ? null : (customerId as CustomerId),
        reason,
      });
    }
    return readAlert(alertId, tx);
  });
}

async function endWhatItAsksFor(tx: Tx, alert: Alert, now: Date): Promise<void> {
  const { customerId, kind, subjectId, resolvedAt } = alert;
  if (resolvedAt) return;
  if (kind === "top_up_needs_review") {
    const { topUpIntentId } = alert.details as { topUpIntentId: string };
    await closeReview(tx, refOf({ customerId, topUpIntentId }), subjectId, now);
  }
  if (kind === "second_payment" || kind === "top_up_needs_review") {
    await tx.refundTask.updateMany({
      where: { customerId, stripePaymentIntentId: subjectId, status: "open" },
      data: { status: "dismissed", resolvedAt: now },
    });
  }
}

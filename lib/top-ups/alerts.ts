import { raiseAlert } from "@/lib/platform/alerts";
import { inTransaction, type Tx } from "@/lib/platform/db";
import type { CheckoutFacts } from "@/lib/stripe";
import { note, type TopUpRef } from "./intents";

/**
 * A second payment arrived for an intent that is credited already. It must be given back, so it gets a refund task and
 * an alert: each once, however often the payment is seen.
 */
export async function flagSecondPayment(
  tx: Tx,
  ref: TopUpRef,
  session: CheckoutFacts,
  now: Date,
): Promise<void> {
  const { payment } = session;
  if (!payment) throw new Error("A second payment without a payment was decided.");
  const task = await tx.refundTask.createMany({
    data: {
      customerId: ref.customerId,
      stripePaymentIntentId: payment.paymentIntentId,
      topUpIntentId: ref.topUpIntentId,
      // Whole cents far below 2^31: Stripe takes at most 99,999,999.
      amountCents: Number(payment.receivedCents),
      currency: payment.currency,
      reason: "second_payment",
    },
    skipDuplicates: true,
  });
  if (task.count === 0) return;
  await note(tx, ref, "second_payment", now, payment.paymentIntentId);
  await raise(tx, ref, {
    kind: "second_payment",
    subjectId: payment.paymentIntentId,
    message: "A top-up was paid twice. The second payment was not credited and must be refunded.",
    details: {
      sessionId: session.sessionId,
      amountCents: payment.receivedCents.toString(),
      currency: payment.currency,
    },
  });
}

/** A paid session does not fit its intent: nothing was credited, and a person must decide. */
export async function raiseReviewAlert(
  tx: Tx,
  ref: TopUpRef,
  session: CheckoutFacts,
  reason: string,
): Promise<void> {
  await raise(tx, ref, {
    kind: "top_up_needs_review",
    subjectId: session.payment?.paymentIntentId ?? session.sessionId,
    message: `A payment was not credited: ${reason}`,
    details: { sessionId: session.sessionId },
  });
}

async function raise(
  tx: Tx,
  { customerId, topUpIntentId }: TopUpRef,
  alert: { kind: string; subjectId: string; message: string; details: Record<string, string> },
): Promise<void> {
  await raiseAlert(inTransaction(tx), { customerId, ...alert, details: { ...alert.details, topUpIntentId } });
}

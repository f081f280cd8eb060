import { raiseAlert } from "@/lib/platform/alerts";
import { inTransaction, type Tx } from "@/lib/platform/db";
import type { InvoiceFacts, InvoicePaymentIntent } from "@/lib/stripe";
import { addTimelineEntry, type ReviewReason, type TopUpRef, updateIntent } from "@/lib/top-ups";

/** Leaves a paid invoice that must not be credited to a person. */
export async function requestReview(
  tx: Tx,
  ref: TopUpRef,
  { invoiceId, invoice }: { invoiceId: string; invoice: InvoiceFacts | null },
  reason: ReviewReason,
  now: Date,
): Promise<void> {
  const { customerId, topUpIntentId } = ref;
  const paymentIntentId =
    invoice?.payments.find(({ status, paymentIntent }) => status === "paid" && paymentIntent)?.paymentIntent
      ?.paymentIntentId ?? null;
  await updateIntent(tx, ref, {
    status: "needs_review",
    reviewReason: reason,
    stripeInvoiceId: invoiceId,
    reviewPaymentIntentId: paymentIntentId,
    payStartedAt: null,
    nextAttemptAt: null,
    nextCheckAt: null,
  });
  await addTimelineEntry(tx, ref, "needs_review", now, paymentIntentId ?? invoiceId);
  await raiseAlert(inTransaction(tx), {
    customerId,
    kind: "top_up_needs_review",
    subjectId: paymentIntentId ?? invoiceId,
    message: `The invoice of an automatic top-up is paid, but was not credited (${reason}). Compare it in the Dashboard with the top-up.`,
    details: {
      topUpIntentId,
      invoiceId,
      reason,
      ...(invoice && {
        currency: invoice.currency,
        subtotalCents: invoice.subtotalCents.toString(),
        taxCents: invoice.taxCents.toString(),
        totalCents: invoice.totalCents.toString(),
        receivedCents: invoice.amountPaidCents.toString(),
      }),
    },
  });
}

/** Creates a refund task and an alert for a second payment of a top-up that is already credited, once each. */
export async function flagSecondPayment(
  tx: Tx,
  ref: TopUpRef,
  { invoiceId, payment }: { invoiceId: string; payment: InvoicePaymentIntent },
  now: Date,
): Promise<void> {
  const { customerId, topUpIntentId } = ref;
  const { paymentIntentId, receivedCents, currency } = payment;
  const task = await tx.refundTask.createMany({
    data: {
      customerId,
      stripePaymentIntentId: paymentIntentId,
      topUpIntentId,
      amountCents: Number(receivedCents),
      currency,
      reason: "second_payment",
    },
    skipDuplicates: true,
  });
  if (task.count === 0) return;
  await addTimelineEntry(tx, ref, "second_payment", now, paymentIntentId);
  await raiseAlert(inTransaction(tx), {
    customerId,
    kind: "second_payment",
    subjectId: paymentIntentId,
    message: "An automatic top-up was paid twice. The second payment was not credited and must be refunded.",
    details: { topUpIntentId, invoiceId, amountCents: receivedCents.toString(), currency },
  });
}

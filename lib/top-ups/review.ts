import { raiseAlert, resolveAlertsAbout } from "@/lib/platform/alerts";
import { inTransaction, type Tx } from "@/lib/platform/db";
import type { CheckoutFacts } from "@/lib/stripe";
import { addTimelineEntry, type TopUpRef } from "./intents";
import type { ReviewReason } from "./rules";

/** What the operator reads. Code branches on the reason itself, so a sentence can be reworded at any time. */
const REVIEW_MESSAGES: Record<ReviewReason, string> = {
  no_payment_required: "The Checkout Session completed without a payment.",
  session_mode_mismatch: "The Checkout Session is not a payment for this top-up.",
  topup_mismatch: "The Checkout Session names another top-up.",
  customer_mismatch: "The Checkout Session belongs to another Stripe customer.",
  currency_mismatch: "The Checkout Session is not in US dollars.",
  amount_mismatch: "The subtotal of the Checkout Session differs from the top-up's amount.",
  discounted: "The Checkout Session has a discount.",
  total_mismatch: "The total of the Checkout Session, less tax, differs from the top-up's amount.",
  payment_incomplete: "The Checkout Session is paid, but its payment has not succeeded.",
  payment_currency_mismatch: "The payment is not in US dollars.",
  received_mismatch: "The amount received differs from the total of the Checkout Session.",
};

/**
 * Creates a refund task and an alert for a second payment of a top-up that is already credited. Each is created once,
 * however often the payment is seen.
 */
export async function flagSecondPayment(
  tx: Tx,
  ref: TopUpRef,
  session: CheckoutFacts,
  now: Date,
): Promise<void> {
  const { payment } = session;
  if (!payment) throw new Error("A second payment was flagged on a session without a payment.");
  const task = await tx.refundTask.createMany({
    data: {
      customerId: ref.customerId,
      stripePaymentIntentId: payment.paymentIntentId,
      topUpIntentId: ref.topUpIntentId,
      // Stripe accepts at most 99,999,999 cents, which fits in 32 bits.
      amountCents: Number(payment.receivedCents),
      currency: payment.currency,
      reason: "second_payment",
    },
    skipDuplicates: true,
  });
  if (task.count === 0) return;
  await addTimelineEntry(tx, ref, "second_payment", now, payment.paymentIntentId);
  await raiseAlert(inTransaction(tx), {
    customerId: ref.customerId,
    kind: "second_payment",
    subjectId: payment.paymentIntentId,
    message: "A top-up was paid twice. The second payment was not credited and must be refunded.",
    details: {
      topUpIntentId: ref.topUpIntentId,
      sessionId: session.sessionId,
      amountCents: payment.receivedCents.toString(),
      currency: payment.currency,
    },
  });
}

/** Raises the alert for a session that was paid but not credited. A person must decide what happens to the money. */
export async function raiseReviewAlert(
  tx: Tx,
  { customerId, topUpIntentId }: TopUpRef,
  session: CheckoutFacts,
  reason: ReviewReason,
): Promise<void> {
  await raiseAlert(inTransaction(tx), {
    customerId,
    kind: "top_up_needs_review",
    subjectId: session.payment?.paymentIntentId ?? session.sessionId,
    message: `A payment was not credited. ${REVIEW_MESSAGES[reason]}`,
    details: { topUpIntentId, sessionId: session.sessionId, reason, ...amountsOf(session) },
  });
}

/** Resolves the alert of a payment that a person or the settlement has decided on. */
export async function resolveReviewAlert(
  tx: Tx,
  { customerId }: TopUpRef,
  paymentIntentId: string,
): Promise<void> {
  const subject = { customerId, subjectId: paymentIntentId, kinds: ["top_up_needs_review"] };
  await resolveAlertsAbout(inTransaction(tx), subject, new Date());
}

/** The amounts at Stripe, so that the operator sees what differs. */
function amountsOf(session: CheckoutFacts): Record<string, string> {
  const amounts = {
    currency: session.currency,
    subtotalCents: session.subtotalCents,
    taxCents: session.taxCents,
    discountCents: session.discountCents,
    totalCents: session.totalCents,
    receivedCents: session.payment?.receivedCents,
    receivedCurrency: session.payment?.currency,
  };
  return Object.fromEntries(
    Object.entries(amounts).flatMap(([name, value]) => (value == null ? [] : [[name, value.toString()]])),
  );
}

import { mapStripeObject, type StripeCustomerLink } from "@/lib/customers";
import { post } from "@/lib/ledger";
import { cents, fromCents } from "@/lib/money";
import { claimCards, storeCard } from "@/lib/payment-methods";
import { inTransaction, type Prisma, type Tx } from "@/lib/platform/db";
import { enqueueTask } from "@/lib/platform/jobs";
import { applyReversals } from "@/lib/reversals";
import type { CheckoutFacts } from "@/lib/stripe";
import { enqueueCardTasks, savesCard } from "./card-tasks";
import { describeDecline } from "./decline-messages";
import { addTimelineEntry, refOf, type TopUpIntent, type TopUpRef, updateIntent } from "./intents";
import { enqueueReceipt } from "./mail-receipt";
import { flagSecondPayment, raiseReviewAlert, resolveReviewAlert } from "./review";
import { type Decision, decide } from "./rules";

/** `invoice.paid` usually arrives within seconds. */
const FIRST_INVOICE_CHECK_MS = 5 * 60_000;

/** The name of the task that settles an early fraud warning again. `lib/disputes` does it. */
export const SETTLE_FRAUD_WARNING = "settle-fraud-warning";

/** What was read before the transaction, because inside it no other connection may be used. */
export interface SettleContext {
  /** The Stripe customer that the session must name. */
  stripeCustomerId: string | null;
  /** The customer's link to Stripe as it was before Stripe was read. */
  link: StripeCustomerLink | null;
  now: Date;
  /** When Stripe said that the money has arrived, if an event said so. */
  paidAt: Date | null;
}

/** Decides what happens to a locked intent, given the session at Stripe, and writes it. */
export async function applyDecision(
  tx: Tx,
  intent: TopUpIntent,
  session: CheckoutFacts,
  context: SettleContext,
): Promise<Decision["do"]> {
  const ref = refOf(intent);
  const { now, stripeCustomerId } = context;
  const decision = decide({ ...intent, stripeCustomerId }, session);
  switch (decision.do) {
    case "nothing":
      await storeInvoice(tx, intent, session);
      break;
    case "credit":
      await credit(tx, ref, intent, session, context);
      break;
    case "flag_second_payment":
      await flagSecondPayment(tx, ref, session, now);
      break;
    case "review":
      await updateIntent(tx, ref, {
        status: "needs_review",
        reviewReason: decision.reason,
        reviewSessionId: session.sessionId,
        reviewPaymentIntentId: session.payment?.paymentIntentId ?? null,
        nextCheckAt: null,
      });
      await addTimelineEntry(tx, ref, "needs_review", now, session.payment?.paymentIntentId);
      await raiseReviewAlert(tx, ref, session, decision.reason);
      break;
    case "wait_for_payment":
      await updateIntent(tx, ref, { status: "processing", ...paidColumns(session) });
      await addTimelineEntry(tx, ref, "payment_processing", now, session.payment?.paymentIntentId);
      break;
    case "fail":
    case "record_decline":
      await recordDecline(tx, ref, session, decision, now);
      break;
    case "expire":
      await updateIntent(tx, ref, { status: "expired", nextCheckAt: null });
      await addTimelineEntry(tx, ref, "expired", now, session.sessionId);
      break;
    case "finish_setup":
      await finishSetup(tx, intent, session, context);
      break;
    default:
      decision satisfies never;
  }
  return decision.do;
}

/**
 * Credits the amount of a locked intent, and takes back what its refunds and disputes took before.
 *
 * @throws Error the session has no payment
 */
export async function credit(
  tx: Tx,
  ref: TopUpRef,
  intent: TopUpIntent,
  session: CheckoutFacts,
  context: SettleContext,
): Promise<void> {
  const { payment } = session;
  if (!payment?.paidAt) throw new Error("A top-up without a payment must not be credited.");
  const evidence = {
    paymentIntentId: payment.paymentIntentId,
    paidAt: payment.paidAt,
    columns: {
      paidAt: payment.isImmediate ? payment.paidAt : context.paidAt,
      stripeSessionId: session.sessionId,
      nextCheckAt: isInvoiceAwaited(session)
        ? new Date(context.now.getTime() + FIRST_INVOICE_CHECK_MS)
        : null,
      ...paidColumns(session),
      ...invoiceColumns(session),
    },
  };
  await creditTopUp(tx, intent, evidence, context.now);
  if (intent.savePaymentMethod) await enqueueCardTasks(tx, ref, session);
}

/** A payment that satisfies every condition for a credit. */
export interface PaymentEvidence {
  paymentIntentId: string;
  paidAt: Date;
  /** What else the payment says about the top-up. */
  columns: Prisma.TopUpIntentUncheckedUpdateInput;
}

/** Credits a locked intent that is not credited yet: its own amount, never what was paid. */
export async function creditTopUp(
  tx: Tx,
  intent: TopUpIntent,
  { paymentIntentId, paidAt, columns }: PaymentEvidence,
  now: Date,
): Promise<void> {
  const ref = refOf(intent);
  if (intent.amountCents === null) throw new Error("A top-up without an amount must not be credited.");
  // Our own amount, never Stripe's total, which includes tax.
  const amount = fromCents(cents(BigInt(intent.amountCents)));
  const credited = await updateIntent(tx, ref, {
    status: "succeeded",
    creditedAt: now,
    creditedNanos: amount,
    stripePaymentIntentId: paymentIntentId,
    failureCode: null,
    failureMessage: null,
    reviewReason: null,
    checkCount: 0,
    ...columns,
  });
  await addTimelineEntry(tx, ref, "credited", now, paymentIntentId);
  await mapStripeObject(tx, paymentIntentId, {
    customerId: ref.customerId,
    kind: "payment_intent",
    ourId: ref.topUpIntentId,
  });
  if (intent.status === "needs_review") await resolveReviewAlert(tx, ref, paymentIntentId);
  await resumeFraudWarning(tx, credited);
  await post(inTransaction(tx), {
    customerId: ref.customerId,
    kind: "credit",
    amount,
    source: { type: "topup", id: ref.topUpIntentId },
    description: intent.source === "auto" ? "Automatic top-up" : "Top-up",
    occurredAt: paidAt,
  });
  // Refunds and disputes that were heard of before the credit.
  await applyReversals(tx, credited, now);
  await enqueueReceipt(tx, intent);
}

/** A fraud warning that came before the credit could not refund anything; now that there is something, it is settled again. */
async function resumeFraudWarning(tx: Tx, { fraudWarningId: warningId }: TopUpIntent): Promise<void> {
  if (!warningId) return;
  await enqueueTask(tx, { name: SETTLE_FRAUD_WARNING, payload: { warningId }, key: warningId });
}

async function finishSetup(
  tx: Tx,
  intent: TopUpIntent,
  session: CheckoutFacts,
  context: SettleContext,
): Promise<void> {
  const ref = refOf(intent);
  await updateIntent(tx, ref, {
    status: "succeeded",
    stripeSessionId: session.sessionId,
    stripeSetupIntentId: session.setupIntentId,
    failureCode: null,
    failureMessage: null,
    nextCheckAt: null,
  });
  await addTimelineEntry(tx, ref, "card_saved", context.now, session.card?.paymentMethodId);
  await storeSavedCard(tx, intent, session, context.link);
  await enqueueCardTasks(tx, ref, session);
}

/** Stores the card of a setup, unless its Stripe customer was deleted in the meantime. */
async function storeSavedCard(
  tx: Tx,
  intent: TopUpIntent,
  session: CheckoutFacts,
  link: StripeCustomerLink | null,
): Promise<void> {
  if (!savesCard(intent, session) || !session.card) return;
  if (!link || session.stripeCustomerId !== link.stripeCustomerId) return;
  const { customerId } = refOf(intent);
  await claimCards(tx, customerId, link.cardsVersion);
  await storeCard(tx, customerId, session.card, { usableOffSession: true });
}

async function recordDecline(
  tx: Tx,
  ref: TopUpRef,
  session: CheckoutFacts,
  decision: { do: "fail" | "record_decline"; code: string },
  now: Date,
): Promise<void> {
  await updateIntent(tx, ref, {
    // The raw code tells whether a decline is a new one. People only ever see `describeDecline`.
    failureCode: decision.code,
    failureMessage: describeDecline(decision.code).message,
    // While the session is open, the customer can try another card on the same page.
    ...(decision.do === "fail" ? { status: "failed", nextCheckAt: null } : {}),
  });
  if (session.mode === "setup") await addTimelineEntry(tx, ref, "setup_failed", now, session.setupIntentId);
  else {
    const what = decision.do === "fail" ? "payment_failed" : "payment_declined";
    await addTimelineEntry(tx, ref, what, now, session.payment?.paymentIntentId);
  }
}

/** Stores an invoice that Stripe creates after the credit. The sweep asks for it until then. */
async function storeInvoice(tx: Tx, intent: TopUpIntent, session: CheckoutFacts): Promise<void> {
  const isOwn = session.payment?.paymentIntentId === intent.stripePaymentIntentId;
  if (!intent.creditedAt || intent.invoiceHostedUrl || !isOwn || isInvoiceAwaited(session)) return;
  await tx.topUpIntent.update({
    where: {
      customerId_topUpIntentId: { customerId: intent.customerId, topUpIntentId: intent.topUpIntentId },
    },
    data: { ...invoiceColumns(session), nextCheckAt: null },
  });
}

function isInvoiceAwaited(session: CheckoutFacts): boolean {
  return session.makesInvoice && !session.invoice?.hostedUrl;
}

function invoiceColumns(session: CheckoutFacts) {
  return {
    invoiceNumber: session.invoice?.number ?? null,
    invoiceHostedUrl: session.invoice?.hostedUrl ?? null,
    invoicePdfUrl: session.invoice?.pdfUrl ?? null,
  };
}

/** What the payer paid, for display only. The amounts fit in 32 bits. */
function paidColumns(session: CheckoutFacts) {
  return {
    taxCents: session.taxCents === null ? null : Number(session.taxCents),
    totalCents: session.totalCents === null ? null : Number(session.totalCents),
    presentmentAmount: session.presentment?.amount ?? null,
    presentmentCurrency: session.presentment?.currency ?? null,
  };
}

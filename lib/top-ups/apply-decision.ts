import { mapStripeObject, storeDefaultCard } from "@/lib/customers";
import { post } from "@/lib/ledger";
import { cents, fromCents } from "@/lib/money";
import { claimCards, storeCard } from "@/lib/payment-methods";
import { inTransaction, type Tx } from "@/lib/platform/db";
import type { CardFacts, CheckoutFacts } from "@/lib/stripe";
import { flagSecondPayment, raiseReviewAlert } from "./alerts";
import { describeDecline } from "./decline-messages";
import { moveIntent, note, refOf, type TopUpIntent, type TopUpRef } from "./intents";
import { type Decision, decide } from "./rules";

/** What was read before the transaction: inside it nothing else may ask for a connection. */
export interface SettleContext {
  /** The customer at Stripe whom the session must name. */
  stripeCustomerId: string | null;
  /** Null when there is none to keep. */
  cards: CardsToKeep | null;
  now: Date;
}

/** A card that the customer chose to have kept. */
export interface CardsToKeep {
  card: CardFacts;
  /** The customer's default at Stripe by now. */
  defaultCard: string | null;
  /** At which version the customer's cards stood before Stripe was read. */
  cardsVersion: number;
}

/** Decides what follows from what Stripe says and writes it, under the intent's lock. */
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
      await moveIntent(tx, ref, { status: "needs_review", reviewReason: decision.reason, nextCheckAt: null });
      await note(tx, ref, "needs_review", now, session.payment?.paymentIntentId);
      await raiseReviewAlert(tx, ref, session, decision.reason);
      break;
    case "wait_for_payment":
      await moveIntent(tx, ref, { status: "processing", ...whatWasPaid(session) });
      await note(tx, ref, "payment_processing", now, session.payment?.paymentIntentId);
      break;
    case "fail":
    case "note_decline":
      await recordDecline(tx, ref, session, decision, now);
      break;
    case "expire":
      await moveIntent(tx, ref, { status: "expired", nextCheckAt: null });
      await note(tx, ref, "expired", now, session.sessionId);
      break;
    case "finish_setup":
      await finishSetup(tx, ref, session, context);
      break;
    default:
      decision satisfies never;
  }
  return decision.do;
}

async function credit(
  tx: Tx,
  ref: TopUpRef,
  intent: TopUpIntent,
  session: CheckoutFacts,
  context: SettleContext,
): Promise<void> {
  const { payment } = session;
  if (!payment?.paidAt || intent.amountCents === null)
    throw new Error("A credit without a payment was decided.");
  // Ours, never Stripe's total: that has tax in it.
  const amount = fromCents(cents(BigInt(intent.amountCents)));
  await moveIntent(tx, ref, {
    status: "succeeded",
    creditedAt: context.now,
    creditedNanos: amount,
    stripeSessionId: session.sessionId,
    stripePaymentIntentId: payment.paymentIntentId,
    failureCode: null,
    failureMessage: null,
    reviewReason: null,
    nextCheckAt: null,
    ...whatWasPaid(session),
    ...invoiceColumns(session),
  });
  await note(tx, ref, "credited", context.now, payment.paymentIntentId);
  await mapStripeObject(tx, payment.paymentIntentId, {
    customerId: ref.customerId,
    kind: "payment_intent",
    ourId: ref.topUpIntentId,
  });
  await keepCard(tx, ref, context.cards);
  await post(inTransaction(tx), {
    customerId: ref.customerId,
    kind: "credit",
    amount,
    source: { type: "topup", id: ref.topUpIntentId },
    description: "Top-up",
    occurredAt: payment.paidAt,
  });
}

async function finishSetup(
  tx: Tx,
  ref: TopUpRef,
  session: CheckoutFacts,
  context: SettleContext,
): Promise<void> {
  await moveIntent(tx, ref, {
    status: "succeeded",
    stripeSessionId: session.sessionId,
    stripeSetupIntentId: session.setupIntentId,
    failureCode: null,
    failureMessage: null,
    nextCheckAt: null,
  });
  await note(tx, ref, "card_saved", context.now, session.card?.paymentMethodId);
  await keepCard(tx, ref, context.cards);
}

async function keepCard(tx: Tx, { customerId }: TopUpRef, cards: CardsToKeep | null): Promise<void> {
  if (!cards) return;
  await claimCards(tx, customerId, cards.cardsVersion);
  await storeCard(tx, customerId, cards.card, { usableOffSession: true });
  if (cards.defaultCard) await storeDefaultCard(tx, customerId, cards.defaultCard);
}

async function recordDecline(
  tx: Tx,
  ref: TopUpRef,
  session: CheckoutFacts,
  decision: { do: "fail" | "note_decline"; code: string },
  now: Date,
): Promise<void> {
  await moveIntent(tx, ref, {
    // The raw code decides whether a decline is a new one; only `describeDecline` is ever shown.
    failureCode: decision.code,
    failureMessage: describeDecline(decision.code).message,
    // A decline is not the end of a session: the customer can try another card on the same page.
    ...(decision.do === "fail" ? { status: "failed", nextCheckAt: null } : {}),
  });
  if (session.mode === "setup") await note(tx, ref, "setup_failed", now, session.setupIntentId);
  else {
    const what = decision.do === "fail" ? "payment_failed" : "payment_declined";
    await note(tx, ref, what, now, session.payment?.paymentIntentId);
  }
}

/** A paid invoice may become known after the credit; it never credits. */
async function storeInvoice(tx: Tx, intent: TopUpIntent, session: CheckoutFacts): Promise<void> {
  const isOwn = session.payment?.paymentIntentId === intent.stripePaymentIntentId;
  if (!session.invoice || intent.invoiceHostedUrl || !isOwn || !intent.creditedAt) return;
  await tx.topUpIntent.update({
    where: {
      customerId_topUpIntentId: { customerId: intent.customerId, topUpIntentId: intent.topUpIntentId },
    },
    data: invoiceColumns(session),
  });
}

function invoiceColumns(session: CheckoutFacts) {
  return {
    invoiceNumber: session.invoice?.number ?? null,
    invoiceHostedUrl: session.invoice?.hostedUrl ?? null,
    invoicePdfUrl: session.invoice?.pdfUrl ?? null,
  };
}

/** What the payer saw; display data. Whole cents far below 2^31. */
function whatWasPaid(session: CheckoutFacts) {
  return {
    taxCents: session.taxCents === null ? null : Number(session.taxCents),
    totalCents: session.totalCents === null ? null : Number(session.totalCents),
    presentmentAmount: session.presentment?.amount ?? null,
    presentmentCurrency: session.presentment?.currency ?? null,
  };
}

/** Whether the customer chose to have the card kept for use while away, and Stripe kept it. */
export function savesCard(intent: TopUpIntent, session: CheckoutFacts): boolean {
  const wanted = intent.mode === "setup" || intent.savePaymentMethod;
  const isOwn =
    session.livemode === intent.livemode && session.metadata.topup_intent_id === intent.topUpIntentId;
  return (
    wanted &&
    isOwn &&
    session.status === "complete" &&
    session.card?.stripeCustomerId === session.stripeCustomerId
  );
}

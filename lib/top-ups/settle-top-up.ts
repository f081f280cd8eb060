import { findStripeCustomer, mapStripeObject, storeDefaultCard } from "@/lib/customers";
import { post } from "@/lib/ledger";
import { cents, fromCents } from "@/lib/money";
import { settleCardAtStripe, storeCard } from "@/lib/payment-methods";
import { inTransaction, type Tx, withTransaction } from "@/lib/platform/db";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { log } from "@/lib/platform/log";
import { type CheckoutFacts, retrieveCheckoutSession } from "@/lib/stripe";
import { flagSecondPayment, raiseReviewAlert } from "./alerts";
import { describeDecline } from "./decline-messages";
import { findIntent, lockIntent, moveIntent, note, type TopUpIntent, type TopUpRef } from "./intents";
import { type Decision, decide } from "./rules";

/** What settling did; `duplicate` when the caller's claim said that the work was done before. */
export type SettleOutcome = Decision["do"] | "duplicate" | "unknown_session";

/** How often the intent may move under our reading before we give up for now. */
const MAX_READS = 8;

/** Thrown to roll back: the intent moved after Stripe was read, so that what was read may be old. */
class StaleReadSignal extends Error {}

/** The work of another transaction that this one must not repeat. */
class DuplicateSignal extends Error {}

/**
 * Reads a Checkout Session again and brings its intent to the state that follows. The only way in which a top-up is
 * ever credited: webhook, return page and sweep all call it, any number of times, in any order.
 *
 * @param options.claim runs first in the transaction, for the event's row in the inbox; false means done before
 * @throws StripeUnavailableError Stripe cannot be read; nothing changed
 */
export async function settleTopUp(
  ref: TopUpRef,
  sessionId: string,
  options: { claim?: (tx: Tx) => Promise<boolean>; now?: Date } = {},
): Promise<SettleOutcome> {
  const now = options.now ?? new Date();
  for (let read = 1; read <= MAX_READS; read++) {
    const seen = await findIntent(ref);
    const session = await retrieveCheckoutSession(sessionId);
    if (!seen || !session) return "unknown_session";
    const stripeCustomerId = (await findStripeCustomer(ref.customerId))?.stripeCustomerId ?? null;
    const defaultCard = await prepareCard(seen, session);
    try {
      const outcome = await withTransaction(async (tx) => {
        if (options.claim && !(await options.claim(tx))) throw new DuplicateSignal();
        const intent = await lockIntent(tx, ref);
        if (intent.version !== seen.version) throw new StaleReadSignal();
        return apply(tx, intent, session, { stripeCustomerId, defaultCard, now });
      });
      report(ref, session, outcome);
      return outcome;
    } catch (error) {
      if (error instanceof DuplicateSignal) return "duplicate";
      if (!(error instanceof StaleReadSignal)) throw error;
    }
  }
  throw new ServiceUnavailableError("This top-up is changing too fast. Please try again.");
}

/**
 * A card that is about to be stored becomes the default at Stripe, and its address the customer's, where there was none.
 * It happens before the transaction and may happen again.
 */
async function prepareCard(intent: TopUpIntent, session: CheckoutFacts): Promise<string | null | undefined> {
  if (!savesCard(intent, session) || !session.card || !session.stripeCustomerId) return undefined;
  return settleCardAtStripe(session.stripeCustomerId, session.card);
}

/** Whether the customer chose to have the card kept for use while away, and Stripe kept it. */
function savesCard(intent: TopUpIntent, session: CheckoutFacts): boolean {
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

/** What was read before the transaction: inside it nothing else may ask for a connection. */
interface Context {
  stripeCustomerId: string | null;
  defaultCard: string | null | undefined;
  now: Date;
}

async function apply(
  tx: Tx,
  intent: TopUpIntent,
  session: CheckoutFacts,
  context: Context,
): Promise<Decision["do"]> {
  const ref = { customerId: intent.customerId, topUpIntentId: intent.topUpIntentId } as TopUpRef;
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
      await finishSetup(tx, ref, intent, session, context);
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
  context: Context,
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
  if (savesCard(intent, session)) await keepCard(tx, ref, session, context);
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
  intent: TopUpIntent,
  session: CheckoutFacts,
  context: Context,
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
  if (savesCard(intent, session)) await keepCard(tx, ref, session, context);
}

async function keepCard(tx: Tx, ref: TopUpRef, session: CheckoutFacts, context: Context): Promise<void> {
  if (!session.card) return;
  await storeCard(tx, ref.customerId, session.card, { usableOffSession: true });
  if (context.defaultCard) await storeDefaultCard(tx, ref.customerId, context.defaultCard);
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
  await note(
    tx,
    ref,
    decision.do === "fail" ? "payment_failed" : "payment_declined",
    now,
    session.payment?.paymentIntentId,
  );
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

function report(ref: TopUpRef, session: CheckoutFacts, outcome: SettleOutcome): void {
  const facts = { ...ref, sessionId: session.sessionId, outcome };
  if (outcome === "review" || outcome === "flag_second_payment")
    log().error(facts, "a payment needs a person");
  else if (outcome !== "nothing") log().info(facts, "top-up settled");
}

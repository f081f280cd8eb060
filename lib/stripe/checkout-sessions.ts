import type Stripe from "stripe";
import { type CardFacts, cardFacts, idOf } from "./cards";
import { stripe } from "./client";
import { callStripe, isRememberedFailure, isStripeRefusal } from "./errors";
import { type Listed, type ListWindow, pageParams, toPage } from "./list-page";

/** The parameters of a session. A top-up intent stores them. */
export type CheckoutSessionParams = Stripe.Checkout.SessionCreateParams;

/** A Checkout Session as the API returns it. It is never taken from an event, which may be old. */
export interface CheckoutFacts {
  sessionId: string;
  url: string | null;
  mode: string;
  /** `open`, `complete` or `expired`. */
  status: string | null;
  /** `paid`, `unpaid` (a delayed payment is in progress) or `no_payment_required` (setup). */
  paymentStatus: string;
  livemode: boolean;
  createdAt: Date;
  expiresAt: Date;
  stripeCustomerId: string | null;
  metadata: Record<string, string>;
  currency: string | null;
  subtotalCents: bigint | null;
  totalCents: bigint | null;
  taxCents: bigint | null;
  discountCents: bigint | null;
  presentment: { amount: number; currency: string } | null;
  payment: PaymentFacts | null;
  setupIntentId: string | null;
  setupStatus: string | null;
  setupError: DeclineFacts | null;
  /** The card that was used, if Stripe returned it. */
  card: CardFacts | null;
  invoice: {
    invoiceId: string;
    number: string | null;
    hostedUrl: string | null;
    pdfUrl: string | null;
  } | null;
  /** Whether Stripe creates an invoice for this session, possibly some time after the payment. */
  makesInvoice: boolean;
}

/** Why a card was declined, in Stripe's codes. */
export interface DeclineFacts {
  code: string;
  declineCode: string | null;
}

/** The payment of a session. */
export interface PaymentFacts {
  paymentIntentId: string;
  status: string;
  /** When the payment was made, or null while Stripe does not have the money. A bank debit is paid days after that. */
  paidAt: Date | null;
  /** Whether the money arrived when the payment was made, as it does with a card. */
  isImmediate: boolean;
  /** The amount received in whole cents, including tax. */
  receivedCents: bigint;
  currency: string;
  lastError: DeclineFacts | null;
}

const EXPAND = [
  "payment_intent.latest_charge",
  "payment_intent.payment_method",
  "setup_intent.payment_method",
  "invoice",
];

/** Creates a session. The same idempotency key returns the same session for at least 24 hours. */
export async function createCheckoutSession(
  params: CheckoutSessionParams,
  idempotencyKey: string,
): Promise<CheckoutFacts> {
  return facts(await callStripe(() => stripe().checkout.sessions.create(params, { idempotencyKey })));
}

/** Retrieves a session with its payment, card and invoice. Returns null when it does not exist. */
export async function retrieveCheckoutSession(sessionId: string): Promise<CheckoutFacts | null> {
  try {
    return facts(await callStripe(() => stripe().checkout.sessions.retrieve(sessionId, { expand: EXPAND })));
  } catch (error) {
    if (isStripeRefusal(error) && error.isMissing) return null;
    throw error;
  }
}

const LIST_EXPAND = EXPAND.map((path) => `data.${path}`);

/** Lists the page of sessions that were created before another one, newest first, with their payments, cards and invoices. */
export async function listSessionsBefore(sessionId: string): Promise<CheckoutFacts[]> {
  const page = await callStripe(() =>
    stripe().checkout.sessions.list({ starting_after: sessionId, limit: 100, expand: LIST_EXPAND }),
  );
  return page.data.map(facts);
}

/** Lists one page of completed sessions, newest first, with their payments, cards and invoices. */
export async function listCompletedSessions(window: ListWindow): Promise<Listed<CheckoutFacts>> {
  const page = await callStripe(() =>
    stripe().checkout.sessions.list({ ...pageParams(window), status: "complete", expand: LIST_EXPAND }),
  );
  return toPage(page, facts);
}

/** Finds the session of a payment. Returns null when the payment has none. */
export async function findSessionOfPayment(paymentIntentId: string): Promise<string | null> {
  const list = await callStripe(() =>
    stripe().checkout.sessions.list({ payment_intent: paymentIntentId, limit: 1 }),
  );
  return list.data[0]?.id ?? null;
}

/** Finds the sessions of an intent by their metadata, among those of its customer since a time. Newest first. */
export async function findSessionsOfIntent(query: {
  stripeCustomerId: string;
  topUpIntentId: string;
  since: Date;
}): Promise<CheckoutFacts[]> {
  const pages = stripe().checkout.sessions.list({
    customer: query.stripeCustomerId,
    created: { gte: Math.floor(query.since.getTime() / 1000) - 60 },
    limit: 100,
  });
  return callStripe(async () => {
    const found: CheckoutFacts[] = [];
    for await (const session of pages) {
      if (session.metadata?.topup_intent_id === query.topUpIntentId) found.push(facts(session));
    }
    return found;
  });
}

/**
 * Expires an open session, so that nobody can pay it. Does nothing to a session that is no longer open, which makes it safe
 * to retry under another key when Stripe replays a failure.
 */
export async function expireCheckoutSession(sessionId: string): Promise<void> {
  const expire = (options: Stripe.RequestOptions) =>
    callStripe(() => stripe().checkout.sessions.expire(sessionId, {}, options));
  try {
    await expire({ idempotencyKey: `expire:${sessionId}` }).catch((error: unknown) => {
      if (!isRememberedFailure(error)) throw error;
      return expire({}); // the SDK generates a key for each call
    });
  } catch (error) {
    // A refusal means that the session is complete or expired.
    if (!isStripeRefusal(error)) throw error;
  }
}

function facts(session: Stripe.Checkout.Session): CheckoutFacts {
  const { payment_intent: payment, setup_intent: setup, invoice } = session;
  const usedMethod = expanded(payment)?.payment_method ?? expanded(setup)?.payment_method;
  return {
    sessionId: session.id,
    url: session.url,
    mode: session.mode,
    status: session.status,
    paymentStatus: session.payment_status,
    livemode: session.livemode,
    createdAt: fromUnix(session.created),
    expiresAt: fromUnix(session.expires_at),
    stripeCustomerId: idOf(session.customer),
    metadata: session.metadata ?? {},
    currency: session.currency,
    subtotalCents: wholeCents(session.amount_subtotal),
    totalCents: wholeCents(session.amount_total),
    taxCents: wholeCents(session.total_details?.amount_tax ?? null),
    discountCents: wholeCents(session.total_details?.amount_discount ?? null),
    presentment: session.presentment_details
      ? {
          amount: session.presentment_details.presentment_amount,
          currency: session.presentment_details.presentment_currency,
        }
      : null,
    payment: paymentFacts(expanded(payment)),
    setupIntentId: idOf(setup),
    setupStatus: expanded(setup)?.status ?? null,
    setupError: declineFacts(expanded(setup)?.last_setup_error),
    card: cardFacts(usedMethod),
    invoice: invoiceFacts(expanded(invoice)),
    makesInvoice: session.invoice_creation?.enabled ?? false,
  };
}

function paymentFacts(payment: Stripe.PaymentIntent | null): PaymentFacts | null {
  if (!payment) return null;
  const charge = expanded(payment.latest_charge);
  return {
    paymentIntentId: payment.id,
    status: payment.status,
    paidAt: charge?.paid ? fromUnix(charge.created) : null,
    isImmediate: charge?.payment_method_details?.type === "card",
    receivedCents: BigInt(payment.amount_received),
    currency: payment.currency,
    lastError: declineFacts(payment.last_payment_error),
  };
}

function declineFacts(
  error: Stripe.PaymentIntent.LastPaymentError | Stripe.SetupIntent.LastSetupError | null | undefined,
): DeclineFacts | null {
  return error ? { code: error.code ?? error.type, declineCode: error.decline_code ?? null } : null;
}

function invoiceFacts(invoice: Stripe.Invoice | null): CheckoutFacts["invoice"] {
  if (!invoice) return null;
  return {
    invoiceId: invoice.id,
    number: invoice.number,
    hostedUrl: invoice.hosted_invoice_url ?? null,
    pdfUrl: invoice.invoice_pdf ?? null,
  };
}

function expanded<T extends object>(reference: string | T | null | undefined): T | null {
  return reference && typeof reference === "object" ? reference : null;
}

function wholeCents(amount: number | null): bigint | null {
  return amount === null ? null : BigInt(amount);
}

function fromUnix(seconds: number): Date {
  return new Date(seconds * 1000);
}

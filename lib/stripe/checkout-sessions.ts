import type Stripe from "stripe";
import { type CardFacts, cardFacts, idOf } from "./cards";
import { stripe } from "./client";
import { callStripe, isRememberedFailure, isStripeRefusal } from "./errors";

/** The parameters of a session, as they are frozen in a top-up intent. */
export type CheckoutSessionParams = Stripe.Checkout.SessionCreateParams;

/** What a session says, as we believe it: always read from the API, never taken from an event. */
export interface CheckoutFacts {
  sessionId: string;
  url: string | null;
  mode: string;
  /** `open`, `complete` or `expired`. */
  status: string | null;
  /** `paid`, `unpaid` (a delayed payment is under way) or `no_payment_required` (setup). */
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
  /** The card that was used, when Stripe gave it to us. */
  card: CardFacts | null;
  invoice: { number: string | null; hostedUrl: string | null; pdfUrl: string | null } | null;
  /** Whether Stripe makes an invoice of this session, which may be there only after the payment. */
  makesInvoice: boolean;
}

/** Why a card was not taken, in Stripe's codes. */
export interface DeclineFacts {
  code: string;
  declineCode: string | null;
}

/** The payment behind a session. */
export interface PaymentFacts {
  paymentIntentId: string;
  status: string;
  /** When the money was taken; null as long as it was not. */
  paidAt: Date | null;
  /** What Stripe took in whole cents, tax included. */
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

/** Opens a session. The same key gives the same session for at least 24 hours. */
export async function createCheckoutSession(
  params: CheckoutSessionParams,
  idempotencyKey: string,
): Promise<CheckoutFacts> {
  return facts(await callStripe(() => stripe().checkout.sessions.create(params, { idempotencyKey })));
}

/** Reads a session with its payment, card and invoice; null when Stripe does not know it. */
export async function retrieveCheckoutSession(sessionId: string): Promise<CheckoutFacts | null> {
  try {
    return facts(await callStripe(() => stripe().checkout.sessions.retrieve(sessionId, { expand: EXPAND })));
  } catch (error) {
    if (isStripeRefusal(error) && error.isMissing) return null;
    throw error;
  }
}

/** The session that a payment belongs to, or null when it came from elsewhere. */
export async function findSessionOfPayment(paymentIntentId: string): Promise<string | null> {
  const list = await callStripe(() =>
    stripe().checkout.sessions.list({ payment_intent: paymentIntentId, limit: 1 }),
  );
  return list.data[0]?.id ?? null;
}

/** The sessions made for one intent, found by metadata among its customer's since a moment. Newest first. */
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
 * Ends an open session, so that nobody can pay it any more. One that is no longer open stays as it is: so it may be asked
 * under any key, and is when Stripe remembers a failure under the first.
 */
export async function expireCheckoutSession(sessionId: string): Promise<void> {
  const expire = (options: Stripe.RequestOptions) =>
    callStripe(() => stripe().checkout.sessions.expire(sessionId, {}, options));
  try {
    await expire({ idempotencyKey: `expire:${sessionId}` }).catch((error: unknown) => {
      if (!isRememberedFailure(error)) throw error;
      return expire({}); // the SDK makes a key for each call
    });
  } catch (error) {
    // A definite refusal means that it is complete or expired: whoever settles it reads which.
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

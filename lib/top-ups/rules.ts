import { type Cents, cents } from "@/lib/money";
import type { CheckoutFacts } from "@/lib/stripe";

/** A top-up is whole cents from $5 … */
export const MIN_TOP_UP: Cents = cents(500n);
/** … to $5,000. */
export const MAX_TOP_UP: Cents = cents(500_000n);

/** How long a Checkout page can be paid. Stripe allows 30 minutes to 24 hours. */
export const SESSION_LIFETIME_MS = 60 * 60_000;

/** A frozen expiry closer than this would be refused by Stripe: a new attempt with a later one is needed. */
export const MIN_SESSION_LIFETIME_MS = 31 * 60_000;

/** What of an intent decides. */
export interface IntentState {
  topUpIntentId: string;
  mode: string;
  status: string;
  livemode: boolean;
  amountCents: number | null;
  stripeCustomerId: string | null;
  stripeSessionId: string | null;
  stripePaymentIntentId: string | null;
  creditedAt: Date | null;
  failureCode: string | null;
  reviewReason: string | null;
}

/** What is to be done with an intent after its session was read. */
export type Decision =
  | { do: "nothing" }
  | { do: "credit" }
  | { do: "flag_second_payment" }
  | { do: "review"; reason: string }
  | { do: "wait_for_payment" }
  | { do: "fail"; code: string }
  | { do: "note_decline"; code: string }
  | { do: "expire" }
  | { do: "finish_setup" };

const NOTHING: Decision = { do: "nothing" };

/** States that money, a decline or the end of a session still moves. */
const UNDECIDED = new Set(["created", "open", "processing"]);

/**
 * Decides, from what Stripe says now, what becomes of an intent. Pure: any number of reads in any order of the same
 * facts ends in the same state.
 */
export function decide(intent: IntentState, session: CheckoutFacts): Decision {
  if (session.livemode !== intent.livemode) return NOTHING;
  if (session.status === "complete" && session.paymentStatus === "paid") return decidePaid(intent, session);
  if (endedWithoutPayment(intent, session)) return review(intent, "The session needed no payment.");
  if (!UNDECIDED.has(intent.status) || session.mode !== intent.mode) return NOTHING;
  // What another attempt's session does without money says nothing about the current one.
  if (session.sessionId !== intent.stripeSessionId) return NOTHING;
  if (session.status === "expired") return { do: "expire" };
  if (session.status === "complete")
    return intent.mode === "setup" ? decideSetup(session) : decideUnpaid(intent, session);
  return noteDecline(intent, session);
}

/** The page is complete, so nobody can try another card on it: what Stripe has not taken by then it never takes. */
function decideSetup({ setupStatus, setupError }: CheckoutFacts): Decision {
  switch (setupStatus) {
    case "succeeded":
      return { do: "finish_setup" };
    case "requires_payment_method":
    case "canceled":
      return { do: "fail", code: setupError?.declineCode ?? setupError?.code ?? "setup_failed" };
    default:
      return NOTHING; // under way at Stripe
  }
}

function decidePaid(intent: IntentState, session: CheckoutFacts): Decision {
  const paymentIntentId = session.payment?.paymentIntentId ?? null;
  if (intent.creditedAt) {
    return paymentIntentId === intent.stripePaymentIntentId ? NOTHING : { do: "flag_second_payment" };
  }
  const reason = creditObstacle(intent, session);
  return reason === null ? { do: "credit" } : review(intent, reason);
}

/** A session of this payment that Stripe completed without taking money: a discount covered all of it, or it cost nothing. */
function endedWithoutPayment(intent: IntentState, session: CheckoutFacts): boolean {
  const isPayment = intent.mode === "payment" && session.mode === "payment";
  const isCurrent = intent.stripeSessionId === null || intent.stripeSessionId === session.sessionId;
  const isFree = session.status === "complete" && session.paymentStatus === "no_payment_required";
  return isPayment && isCurrent && isFree && intent.creditedAt === null;
}

/** A person must decide; for one reason only once. */
function review(intent: IntentState, reason: string): Decision {
  return intent.status === "needs_review" && intent.reviewReason === reason
    ? NOTHING
    : { do: "review", reason };
}

/** Why a paid session must not be credited, or null when every condition of the credit rule holds. */
export function creditObstacle(intent: IntentState, session: CheckoutFacts): string | null {
  if (intent.mode !== "payment" || session.mode !== "payment")
    return "The session is not a payment for this top-up.";
  if (session.metadata.topup_intent_id !== intent.topUpIntentId) return "The session names another top-up.";
  if (intent.stripeCustomerId === null || session.stripeCustomerId !== intent.stripeCustomerId) {
    return "The session belongs to another customer at Stripe.";
  }
  if (session.currency !== "usd")
    return `The session is in ${session.currency ?? "no currency"}, not in usd.`;
  if (intent.amountCents === null || session.subtotalCents !== BigInt(intent.amountCents)) {
    return `The session's subtotal is ${session.subtotalCents ?? "missing"} cents, the top-up's amount ${intent.amountCents}.`;
  }
  if (session.discountCents !== 0n)
    return `The session has a discount of ${session.discountCents ?? "unknown"} cents.`;
  return paymentObstacle(session, BigInt(intent.amountCents));
}

/** What was received must be the session's total, and without tax exactly the amount. */
function paymentObstacle(session: CheckoutFacts, amountCents: bigint): string | null {
  const { totalCents, taxCents, payment } = session;
  if (totalCents === null || taxCents === null || totalCents - taxCents !== amountCents) {
    return `The session's total is ${totalCents ?? "missing"} cents with ${taxCents ?? "missing"} cents of tax, the top-up's amount ${amountCents}.`;
  }
  if (!payment?.paidAt || payment.status !== "succeeded") return "The session has no paid payment.";
  if (payment.currency !== "usd") return `The payment is in ${payment.currency}, not in usd.`;
  if (payment.receivedCents !== totalCents) {
    return `The payment received ${payment.receivedCents} cents, the session's total is ${totalCents}.`;
  }
  return null;
}

function decideUnpaid(intent: IntentState, session: CheckoutFacts): Decision {
  const payment = session.payment;
  if (payment?.status === "requires_payment_method" || payment?.status === "canceled") {
    return {
      do: "fail",
      code: payment.lastError?.declineCode ?? payment.lastError?.code ?? "payment_failed",
    };
  }
  return intent.status === "processing" ? NOTHING : { do: "wait_for_payment" };
}

function noteDecline(intent: IntentState, session: CheckoutFacts): Decision {
  const error = session.payment?.lastError;
  if (!error) return NOTHING;
  const code = error.declineCode ?? error.code;
  return intent.failureCode === code ? NOTHING : { do: "note_decline", code };
}

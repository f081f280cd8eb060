import { type Cents, cents } from "@/lib/money";
import type { CheckoutFacts } from "@/lib/stripe";

/** The smallest top-up, $5. */
export const MIN_TOP_UP: Cents = cents(500n);
/** The largest top-up, $5,000. */
export const MAX_TOP_UP: Cents = cents(500_000n);

/** How long a Checkout page stays open. Stripe allows 30 minutes to 24 hours. */
export const SESSION_LIFETIME_MS = 60 * 60_000;

/** Stripe refuses a session that expires sooner than 30 minutes from now, so a stored expiry closer than this needs a new attempt. */
export const MIN_SESSION_LIFETIME_MS = 31 * 60_000;

/** The fields of an intent that a decision depends on. */
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
  reviewSessionId: string | null;
}

/** Why a completed session was not credited and a person must decide. Stored in `topup_intent.review_reason`. */
export const REVIEW_REASONS = [
  "no_payment_required",
  "session_mode_mismatch",
  "topup_mismatch",
  "customer_mismatch",
  "currency_mismatch",
  "amount_mismatch",
  "discounted",
  "total_mismatch",
  "payment_incomplete",
  "payment_currency_mismatch",
  "received_mismatch",
] as const;
export type ReviewReason = (typeof REVIEW_REASONS)[number];

/** Why a top-up in review cannot be credited or given back. */
export const REVIEW_OBSTACLES = [
  "not_in_review",
  "payment_not_paid",
  "payment_not_ours",
  "payment_not_usd",
  "received_too_little",
  "refund_requested",
  "nothing_to_refund",
] as const;
export type ReviewObstacle = (typeof REVIEW_OBSTACLES)[number];

/** What to do with an intent after its session was read. */
export type Decision =
  | { do: "nothing" }
  | { do: "credit" }
  | { do: "flag_second_payment" }
  | { do: "review"; reason: ReviewReason }
  | { do: "wait_for_payment" }
  | { do: "fail"; code: string }
  | { do: "record_decline"; code: string }
  | { do: "expire" }
  | { do: "finish_setup" };

const NOTHING: Decision = { do: "nothing" };

/** Statuses that a decline, a pending payment or the expiry of the session still changes. */
const UNDECIDED = new Set(["created", "open", "processing"]);

/**
 * Decides what happens to an intent, given the current state of a session at Stripe. Pure: reading the same states in any
 * order, any number of times, ends in the same result.
 */
export function decide(intent: IntentState, session: CheckoutFacts): Decision {
  if (session.livemode !== intent.livemode) return NOTHING;
  if (session.status === "complete" && session.paymentStatus === "paid") return decidePaid(intent, session);
  if (isCompletedWithoutPayment(intent, session)) return review(intent, session, "no_payment_required");
  if (!UNDECIDED.has(intent.status) || session.mode !== intent.mode) return NOTHING;
  // A session of an earlier attempt that was not paid says nothing about the current attempt.
  if (session.sessionId !== intent.stripeSessionId) return NOTHING;
  if (session.status === "expired") return { do: "expire" };
  if (session.status === "complete")
    return intent.mode === "setup" ? decideSetup(session) : decideUnpaid(intent, session);
  return decideDecline(intent, session);
}

/** Nobody can try another card on a completed page, so a setup that has not succeeded by then has failed. */
function decideSetup({ setupStatus, setupError }: CheckoutFacts): Decision {
  switch (setupStatus) {
    case "succeeded":
      return { do: "finish_setup" };
    case "requires_payment_method":
    case "canceled":
      return { do: "fail", code: setupError?.declineCode ?? setupError?.code ?? "setup_failed" };
    default:
      return NOTHING; // still in progress at Stripe
  }
}

function decidePaid(intent: IntentState, session: CheckoutFacts): Decision {
  const paymentIntentId = session.payment?.paymentIntentId ?? null;
  if (intent.creditedAt) {
    return paymentIntentId === intent.stripePaymentIntentId ? NOTHING : { do: "flag_second_payment" };
  }
  const reason = creditObstacle(intent, session);
  return reason === null ? { do: "credit" } : review(intent, session, reason);
}

/** Whether the current session completed without taking money, for example because a discount covered the whole amount. */
function isCompletedWithoutPayment(intent: IntentState, session: CheckoutFacts): boolean {
  const isPayment = intent.mode === "payment" && session.mode === "payment";
  const isCurrent = intent.stripeSessionId === null || intent.stripeSessionId === session.sessionId;
  const isFree = session.status === "complete" && session.paymentStatus === "no_payment_required";
  return isPayment && isCurrent && isFree && intent.creditedAt === null;
}

/**
 * Asks for a review, once for each reason, and not again after a person has decided. A top-up has one session in review:
 * any other payment of it must be refunded.
 */
function review(intent: IntentState, session: CheckoutFacts, reason: ReviewReason): Decision {
  const { status, reviewReason, reviewSessionId } = intent;
  if (reviewSessionId !== null && reviewSessionId !== session.sessionId) {
    return session.payment && session.payment.receivedCents > 0n ? { do: "flag_second_payment" } : NOTHING;
  }
  const isDecided = status === "canceled" && reviewSessionId !== null;
  const isAsked = status === "needs_review" && reviewReason === reason;
  return isDecided || isAsked ? NOTHING : { do: "review", reason };
}

/** Returns why a paid session must not be credited, or null when it must be. */
export function creditObstacle(intent: IntentState, session: CheckoutFacts): ReviewReason | null {
  if (intent.mode !== "payment" || session.mode !== "payment") return "session_mode_mismatch";
  if (session.metadata.topup_intent_id !== intent.topUpIntentId) return "topup_mismatch";
  if (intent.stripeCustomerId === null || session.stripeCustomerId !== intent.stripeCustomerId) {
    return "customer_mismatch";
  }
  if (session.currency !== "usd") return "currency_mismatch";
  if (intent.amountCents === null || session.subtotalCents !== BigInt(intent.amountCents)) {
    return "amount_mismatch";
  }
  if (session.discountCents !== 0n) return "discounted";
  return paymentObstacle(session, BigInt(intent.amountCents));
}

/** The amount received must equal the session's total, and the total less tax must equal the top-up's amount. */
function paymentObstacle(session: CheckoutFacts, amountCents: bigint): ReviewReason | null {
  const { totalCents, taxCents, payment } = session;
  if (totalCents === null || taxCents === null || totalCents - taxCents !== amountCents) {
    return "total_mismatch";
  }
  if (!payment?.paidAt || payment.status !== "succeeded") return "payment_incomplete";
  if (payment.currency !== "usd") return "payment_currency_mismatch";
  return payment.receivedCents === totalCents ? null : "received_mismatch";
}

/** What Stripe says of a payment in review. */
export interface ReviewedFacts {
  isPaid: boolean;
  /** Whether it paid for a top-up, and did not only save a card. */
  isTopUp: boolean;
  livemode: boolean;
  stripeCustomerId: string | null;
  metadata: Record<string, string>;
  currency: string | null;
  taxCents: bigint | null;
  payment: {
    paymentIntentId: string;
    status: string;
    currency: string;
    receivedCents: bigint;
    paidAt: Date | null;
  } | null;
}

/**
 * Returns why not even a person may credit a payment in review, or null when one may: it is paid, ours, in US dollars, and
 * the amount received, less tax, covers the top-up's amount.
 *
 * @param facts null when Stripe does not know it
 */
export function manualCreditObstacle(
  intent: Pick<IntentState, "topUpIntentId" | "livemode" | "amountCents" | "stripeCustomerId" | "creditedAt">,
  facts: ReviewedFacts | null,
): ReviewObstacle | null {
  const payment = facts?.payment;
  if (intent.creditedAt !== null) return "not_in_review";
  if (!facts?.isPaid || !payment?.paidAt || payment.status !== "succeeded") return "payment_not_paid";
  const isOurs =
    facts.livemode === intent.livemode &&
    facts.isTopUp &&
    facts.metadata.topup_intent_id === intent.topUpIntentId &&
    intent.stripeCustomerId !== null &&
    facts.stripeCustomerId === intent.stripeCustomerId;
  if (!isOurs) return "payment_not_ours";
  if (facts.currency !== "usd" || payment.currency !== "usd") return "payment_not_usd";
  const { taxCents } = facts;
  const isEnough =
    intent.amountCents !== null &&
    taxCents !== null &&
    taxCents >= 0n &&
    payment.receivedCents - taxCents >= BigInt(intent.amountCents);
  return isEnough ? null : "received_too_little";
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

function decideDecline(intent: IntentState, session: CheckoutFacts): Decision {
  const error = session.payment?.lastError;
  if (!error) return NOTHING;
  const code = error.declineCode ?? error.code;
  return intent.failureCode === code ? NOTHING : { do: "record_decline", code };
}

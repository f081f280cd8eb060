import type { InvoiceDecline, InvoiceFacts, InvoicePaymentIntent } from "@/lib/stripe";
import type { ReviewReason } from "@/lib/top-ups";

const HOUR_MS = 3_600_000;

/** The waits after a temporary decline. After the last one the top-up is given up. */
export const RETRY_AFTER_MS = [24 * HOUR_MS, 72 * HOUR_MS] as const;

/** How long the customer has to authenticate. */
export const AUTHENTICATION_WINDOW_MS = 24 * HOUR_MS;

/** Stripe forgets an idempotency key after 24 hours. Before that the same key cannot act twice. */
export const KEY_LIFETIME_MS = 23 * HOUR_MS;

/**
 * A temporary decline (`soft`), a permanent one (`hard`, `expired`), or a request for authentication.
 *
 * @see https://docs.stripe.com/declines/codes
 */
export type DeclineKind = "authentication" | "expired" | "hard" | "soft";

const AUTHENTICATION_CODES = new Set([
  "authentication_required",
  "authentication_not_handled",
  "invoice_payment_intent_requires_action",
  "payment_intent_authentication_failure",
]);

const HARD_CODES = new Set([
  "lost_card",
  "stolen_card",
  "pickup_card",
  "fraudulent",
  "restricted_card",
  "security_violation",
  "invalid_account",
  "incorrect_number",
  "card_not_supported",
  "revocation_of_authorization",
  "revocation_of_all_authorizations",
  "stop_payment_order",
  "transaction_not_allowed",
  "merchant_blacklist",
]);

/** Classifies a decline by Stripe's codes. */
export function classifyDecline(decline: {
  code: string;
  declineCode: string | null;
  adviceCode: string | null;
}): DeclineKind {
  const codes = [decline.code, decline.declineCode ?? ""];
  if (codes.some((code) => AUTHENTICATION_CODES.has(code))) return "authentication";
  if (codes.includes("expired_card")) return "expired";
  if (decline.adviceCode === "do_not_try_again" || codes.some((code) => HARD_CODES.has(code))) return "hard";
  return "soft";
}

/** What follows a decline of attempt `attempt`. */
export type DeclineResponse =
  | { do: "retry"; at: Date }
  | { do: "ask_customer" }
  | { do: "give_up"; reason: "card_declined" | "payment_method_expired" };

export function respondToDecline(kind: DeclineKind, attempt: number, now: Date): DeclineResponse {
  if (kind === "authentication") return { do: "ask_customer" };
  if (kind === "expired") return { do: "give_up", reason: "payment_method_expired" };
  const waitMs = kind === "soft" ? RETRY_AFTER_MS[attempt - 1] : undefined;
  return waitMs === undefined
    ? { do: "give_up", reason: "card_declined" }
    : { do: "retry", at: new Date(now.getTime() + waitMs) };
}

/** The fields of an automatic top-up that the rules depend on. */
export interface ChargeState {
  topUpIntentId: string;
  amountCents: number | null;
  livemode: boolean;
  status: string;
  creditedAt: Date | null;
  stripePaymentIntentId: string | null;
  reviewReason: string | null;
  /** The payment that was left to a person; kept after the decision. */
  reviewPaymentIntentId: string | null;
  failedChargeId: string | null;
  payStartedAt: Date | null;
  /** The Stripe customer that its invoice was made for. */
  stripeCustomerId: string;
}

/** Why a draft must not be finalized. */
export type DraftProblem = "address_required" | "customer_balance" | "stripe_setup";

/** Checks a draft before it is finalized, which spends a number and the customer's balance at Stripe. */
export function draftProblem(
  state: ChargeState,
  invoice: InvoiceFacts,
  isTaxed: boolean,
): DraftProblem | null {
  if (invoice.tax.status === "requires_location_inputs") return "address_required";
  if (invoice.startingBalanceCents !== 0n) return "customer_balance";
  return isAsOrdered(state, invoice, isTaxed) ? null : "stripe_setup";
}

/** Checks a finalized invoice before it is paid. */
export function finalizedProblem(
  state: ChargeState,
  invoice: InvoiceFacts,
  isTaxed: boolean,
): DraftProblem | null {
  if (invoice.amountDueCents !== invoice.totalCents) return "customer_balance";
  if (isTaxed && (invoice.tax.status !== "complete" || invoice.tax.disabledReason !== null))
    return "stripe_setup";
  return isAsOrdered(state, invoice, isTaxed) ? null : "stripe_setup";
}

/** One line of our amount, in US dollars, without a discount, and taxed as the settings say. */
function isAsOrdered(state: ChargeState, invoice: InvoiceFacts, isTaxed: boolean): boolean {
  return (
    invoice.lineIds.length === 1 &&
    invoice.currency === "usd" &&
    invoice.tax.isEnabled === isTaxed &&
    amountObstacle(state, invoice) === null
  );
}

/** What to do with an automatic top-up after its invoice was read. */
export type InvoiceDecision =
  | { do: "nothing" }
  | { do: "credit"; payment: InvoicePaymentIntent }
  | { do: "flag_second_payment"; payment: InvoicePaymentIntent }
  | { do: "review"; reason: ReviewReason }
  | { do: "end" }
  | { do: "wait_for_payment" }
  | { do: "ask_customer" }
  | { do: "record_decline"; decline: InvoiceDecline }
  | { do: "note_decline"; decline: InvoiceDecline };

const NOTHING: InvoiceDecision = { do: "nothing" };

/**
 * Decides what happens to an automatic top-up, given the current state of its invoice. Pure: reading the same states in any
 * order, any number of times, ends in the same result.
 *
 * @param invoice null when it was deleted
 */
export function decideInvoice(state: ChargeState, invoice: InvoiceFacts | null): InvoiceDecision {
  if (invoice && invoice.livemode !== state.livemode) return NOTHING;
  if (invoice?.status === "paid") return decidePaid(state, invoice);
  if (state.creditedAt || !isUnresolved(state.status)) return NOTHING;
  if (!invoice || invoice.status === "void") return { do: "end" };
  const intent = invoice.payments.find(({ status }) => status === "open")?.paymentIntent;
  return intent ? decideOpen(state, intent) : NOTHING;
}

function decidePaid(state: ChargeState, invoice: InvoiceFacts): InvoiceDecision {
  const payment = paymentOf(invoice);
  if (state.creditedAt) return flagOther(payment, state.stripePaymentIntentId);
  // A person has given it back, or dealt with it in another way.
  if (state.status === "canceled" && state.reviewReason !== null)
    return flagOther(payment, state.reviewPaymentIntentId);
  const reason = creditObstacle(state, invoice);
  if (reason === null && payment) return { do: "credit", payment };
  const why = reason ?? "payment_incomplete";
  return state.status === "needs_review" && state.reviewReason === why
    ? NOTHING
    : { do: "review", reason: why };
}

function paymentOf({ payments }: InvoiceFacts): InvoicePaymentIntent | null {
  return (
    payments.find(({ status, paymentIntent }) => status === "paid" && paymentIntent)?.paymentIntent ?? null
  );
}

/** A payment besides the one that was decided on has to be refunded. */
function flagOther(payment: InvoicePaymentIntent | null, decided: string | null): InvoiceDecision {
  if (!payment || payment.paymentIntentId === decided) return NOTHING;
  return { do: "flag_second_payment", payment };
}

/** Returns why a paid invoice must not be credited, or null when it must be. */
export function creditObstacle(state: ChargeState, invoice: InvoiceFacts): ReviewReason | null {
  if (invoice.metadata.topup_intent_id !== state.topUpIntentId) return "topup_mismatch";
  if (invoice.stripeCustomerId !== state.stripeCustomerId) return "customer_mismatch";
  if (invoice.currency !== "usd") return "currency_mismatch";
  return amountObstacle(state, invoice) ?? paymentObstacle(invoice);
}

function amountObstacle(state: ChargeState, invoice: InvoiceFacts): ReviewReason | null {
  const amount = BigInt(state.amountCents ?? 0);
  if (invoice.subtotalCents !== amount) return "amount_mismatch";
  if (invoice.isDiscounted) return "discounted";
  return invoice.totalCents - invoice.taxCents === amount ? null : "total_mismatch";
}

/** What PaymentIntents paid must be the invoice's total. Money from outside of Stripe does not count. */
function paymentObstacle(invoice: InvoiceFacts): ReviewReason | null {
  const paid = invoice.payments.filter(({ status, type }) => status === "paid" && type === "payment_intent");
  if (paid.length === 0 || paid.some(({ paymentIntent }) => paymentIntent?.status !== "succeeded"))
    return "payment_incomplete";
  if (paid.some(({ paymentIntent }) => paymentIntent?.currency !== "usd")) return "payment_currency_mismatch";
  const received = paid.reduce((sum, { amountPaidCents }) => sum + amountPaidCents, 0n);
  return received === invoice.totalCents && invoice.amountPaidCents === invoice.totalCents
    ? null
    : "received_mismatch";
}

function decideOpen(state: ChargeState, intent: InvoicePaymentIntent): InvoiceDecision {
  if (intent.status === "processing")
    return state.status === "processing" ? NOTHING : { do: "wait_for_payment" };
  const isAttempted = state.payStartedAt !== null;
  if (intent.status === "requires_action") return isAttempted ? { do: "ask_customer" } : NOTHING;
  const { failure } = intent;
  if (!failure || failure.chargeId === null || failure.chargeId === state.failedChargeId) return NOTHING;
  // Without an attempt of ours it was the customer, on the page of the invoice.
  return isAttempted ? { do: "record_decline", decline: failure } : { do: "note_decline", decline: failure };
}

/** Statuses of an automatic top-up whose invoice can still be paid, or whose money a person has to decide on. */
export const UNRESOLVED = [
  "created",
  "open",
  "processing",
  "retry_wait",
  "action_required",
  "needs_review",
] as const;

export function isUnresolved(status: string): boolean {
  return (UNRESOLVED as readonly string[]).includes(status);
}

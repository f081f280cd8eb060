import { Brim, BrimError, type Issue } from "@/lib/client";

/** What the page asks the API for. */
export type CheckoutRequest =
  | { mode: "payment"; amount_usd: string; save_payment_method: boolean }
  | { mode: "setup" };

/** What became of it. `isUnresolved`: nobody knows whether it was taken, so the same attempt may be sent again. */
export type CheckoutAnswer =
  | { ok: true; url: string }
  | { ok: false; message: string; field?: string; isSignedOut?: boolean; isUnresolved: boolean };

/** The parts of a refusal that the page reads. */
export type Refusal = Pick<BrimError, "status" | "requestId" | "details">;

export const TIMEOUT_MS = 40_000;

/** Once, because somebody is waiting; the attempt can be sent again by hand. */
const MAX_RETRIES = 1;

/** Starts a Checkout Session through our API. Never throws: every failure comes back in words. */
export async function requestCheckout(
  customerId: string,
  body: CheckoutRequest,
  idempotencyKey: string,
): Promise<CheckoutAnswer> {
  try {
    const brim = new Brim({ customerId, timeoutMs: TIMEOUT_MS, maxRetries: MAX_RETRIES });
    const { url } = await brim.createCheckoutSession(body, { idempotencyKey });
    if (url) return { ok: true, url };
    return {
      ok: false,
      message: "This checkout page is no longer open. Please try again.",
      isUnresolved: false,
    };
  } catch (error) {
    if (error instanceof BrimError && error.status !== null) return explainRefusal(error);
    return notReached(NOTHING_CHARGED);
  }
}

const NOTHING_CHARGED = "Nothing was charged.";

/** No answer came at all. */
export function notReached(reassurance: string): CheckoutAnswer & { ok: false } {
  const message = `We could not reach the server. ${reassurance} Check your connection and try again.`;
  return { ok: false, message, isUnresolved: true };
}

/** A refusal in words for whoever sits before the page. */
export function explainRefusal(
  { status, requestId, details }: Refusal,
  reassurance = NOTHING_CHARGED,
): CheckoutAnswer & { ok: false } {
  const [issue] = (details.issues ?? []) as Issue[];
  if (status === 400 && issue) {
    return { ok: false, message: issue.message, field: issue.path, isUnresolved: false };
  }
  if (status === 401) {
    return { ok: false, message: "You are no longer signed in.", isSignedOut: true, isUnresolved: false };
  }
  if (status === 403) {
    return {
      ok: false,
      message: "Your role does not allow this. Ask an owner of this customer.",
      isUnresolved: false,
    };
  }
  if (status === 409) {
    return { ok: false, message: "This attempt has ended. Please try again.", isUnresolved: false };
  }
  if (status === 429) {
    return { ok: false, message: "That was too often. Wait a minute and try again.", isUnresolved: true };
  }
  if (status === 503 && details.reason === "stripe_setup") {
    return {
      ok: false,
      message: `Payments are not available right now because of a problem on our side. ${reassurance} We have been notified.`,
      isUnresolved: true,
    };
  }
  if (status === 503 || status === 502 || status === 504) {
    return {
      ok: false,
      message: `The payment service does not answer just now. ${reassurance} Please try again in a moment.`,
      isUnresolved: true,
    };
  }
  const reference = requestId ? ` Tell us this number if it stays: ${requestId}.` : "";
  return {
    ok: false,
    message: `Something went wrong on our side. ${reassurance}${reference}`,
    isUnresolved: (status ?? 500) >= 500,
  };
}

import { Brim, BrimError, type Issue } from "@/lib/client";

export type CheckoutRequest =
  | { mode: "payment"; amount_usd: string; save_payment_method: boolean }
  | { mode: "setup" };

/** Result of starting Checkout. `isUnresolved`: the outcome is unknown, so a retry must use the same idempotency key. */
export type CheckoutResult =
  | { ok: true; url: string }
  | { ok: false; message: string; field?: string; isSignedOut?: boolean; isUnresolved: boolean };

/** The fields of an API error that the page uses. */
export type ApiError = Pick<BrimError, "status" | "requestId" | "details">;

export const TIMEOUT_MS = 40_000;

/** One retry, because the user is waiting and can try again. */
const MAX_RETRIES = 1;

/** Starts a Checkout Session through our API. Never throws: failures are returned with a message for the user. */
export async function requestCheckout(
  customerId: string,
  body: CheckoutRequest,
  idempotencyKey: string,
): Promise<CheckoutResult> {
  try {
    const brim = new Brim({ customerId, timeoutMs: TIMEOUT_MS, maxRetries: MAX_RETRIES });
    const { url } = await brim.createCheckoutSession(body, { idempotencyKey });
    if (url) return { ok: true, url };
    return {
      ok: false,
      message: "This checkout page has expired. Try again to open a new one.",
      isUnresolved: false,
    };
  } catch (error) {
    if (error instanceof BrimError && error.status !== null) return describeApiError(error);
    return networkError(NOTHING_CHARGED);
  }
}

const NOTHING_CHARGED = "Nothing was charged.";

/** Describes a request that got no response. */
export function networkError(reassurance: string): CheckoutResult & { ok: false } {
  const message = `We could not reach the server. ${reassurance} Check your connection and try again.`;
  return { ok: false, message, isUnresolved: true };
}

/** Describes an API error for the user. */
export function describeApiError(
  { status, requestId, details }: ApiError,
  reassurance = NOTHING_CHARGED,
): CheckoutResult & { ok: false } {
  const [issue] = (details.issues ?? []) as Issue[];
  if (status === 400 && issue) {
    return { ok: false, message: issue.message, field: issue.path, isUnresolved: false };
  }
  if (status === 401) {
    return { ok: false, message: "Your session has expired.", isSignedOut: true, isUnresolved: false };
  }
  if (status === 403) {
    return {
      ok: false,
      message: "Your role does not allow this. Ask an owner to do it or to change your role.",
      isUnresolved: false,
    };
  }
  if (status === 409) {
    return {
      ok: false,
      message: "This checkout attempt is no longer valid. Try again.",
      isUnresolved: false,
    };
  }
  if (status === 429) {
    return { ok: false, message: "Too many requests. Wait a minute and try again.", isUnresolved: true };
  }
  if (status === 503 && details.reason === "stripe_setup") {
    return {
      ok: false,
      message: `Payments are unavailable because of a configuration problem on our side. ${reassurance} We have been notified.`,
      isUnresolved: true,
    };
  }
  if (status === 503 || status === 502 || status === 504) {
    const isOurs = details.reason === "database_unavailable" || details.reason === "busy";
    return {
      ok: false,
      message: `${isOurs ? "The service" : "Stripe"} is temporarily unavailable. ${reassurance} Try again in a moment.`,
      isUnresolved: true,
    };
  }
  const reference = requestId
    ? ` If this keeps happening, contact support with request ID ${requestId}.`
    : "";
  return {
    ok: false,
    message: `Something went wrong on our side. ${reassurance}${reference}`,
    isUnresolved: (status ?? 500) >= 500,
  };
}

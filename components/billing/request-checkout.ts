import type { presentCheckout } from "@/lib/http";

/** What the page asks the API for. */
export type CheckoutRequest =
  | { mode: "payment"; amount_usd: string; save_payment_method: boolean }
  | { mode: "setup" };

/** What became of it. `isUnresolved`: nobody knows whether it was taken, so the same attempt may be sent again. */
export type CheckoutAnswer =
  | { ok: true; url: string }
  | { ok: false; message: string; field?: string; isSignedOut?: boolean; isUnresolved: boolean };

/** The parts of an error's body that the page reads. */
export interface ErrorBody {
  message?: string;
  request_id?: string;
  details?: { issues?: { path: string; message: string }[] };
}

const TIMEOUT_MS = 40_000;

/** Starts a Checkout Session through our API. Never throws: every failure comes back in words. */
export async function requestCheckout(
  customerId: string,
  body: CheckoutRequest,
  idempotencyKey: string,
): Promise<CheckoutAnswer> {
  try {
    const response = await fetch("/api/v1/billing/checkout-session", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "idempotency-key": idempotencyKey,
        "brim-customer": customerId,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) return explainRefusal(response.status, await readError(response));
    const { url } = (await response.json()) as ReturnType<typeof presentCheckout>;
    if (url) return { ok: true, url };
    return {
      ok: false,
      message: "This checkout page is no longer open. Please try again.",
      isUnresolved: false,
    };
  } catch {
    return {
      ok: false,
      message: "We could not reach the server. Nothing was charged. Check your connection and try again.",
      isUnresolved: true,
    };
  }
}

async function readError(response: Response): Promise<ErrorBody> {
  try {
    return (await response.json()) as ErrorBody;
  } catch {
    return {};
  }
}

/** A refusal in words for whoever sits before the page. */
export function explainRefusal(status: number, body: ErrorBody): CheckoutAnswer & { ok: false } {
  const issue = body.details?.issues?.[0];
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
  if (status === 503 || status === 502 || status === 504) {
    return {
      ok: false,
      message:
        "The payment service does not answer just now. Nothing was charged. Please try again in a moment.",
      isUnresolved: true,
    };
  }
  const reference = body.request_id ? ` Tell us this number if it stays: ${body.request_id}.` : "";
  return {
    ok: false,
    message: `Something went wrong on our side. Nothing was charged.${reference}`,
    isUnresolved: status >= 500,
  };
}

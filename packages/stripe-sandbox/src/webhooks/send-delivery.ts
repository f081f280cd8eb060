import { signPayload } from "./sign-payload";

/** How long Stripe waits for a response. */
export const RESPONSE_TIMEOUT_MS = 10_000;

export interface DeliveryResult {
  succeeded: boolean;
  status: number | null;
  error: string | null;
}

/** Posts a payload to an endpoint. Only a 2xx in time is a success; redirects are not followed. */
export async function sendDelivery(
  target: { url: string; secrets: readonly string[] },
  payload: string,
  { timeoutMs, stopped }: { timeoutMs: number; stopped: AbortSignal },
): Promise<DeliveryResult> {
  try {
    const response = await fetch(target.url, {
      method: "POST",
      redirect: "manual",
      body: payload,
      headers: {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signPayload(payload, target.secrets, Math.floor(Date.now() / 1000)),
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
      },
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), stopped]),
    });
    await response.arrayBuffer();
    return {
      succeeded: response.ok,
      status: response.status,
      error: response.ok ? null : `HTTP ${response.status}`,
    };
  } catch (error) {
    return { succeeded: false, status: null, error: describe(error) };
  }
}

/** `fetch` has the reason for a failed connection in the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${cause}`;
}

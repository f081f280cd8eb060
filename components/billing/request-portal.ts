import { Brim, BrimError } from "@/lib/client";
import { type CheckoutResult, describeApiError, networkError, TIMEOUT_MS } from "./request-checkout";

const NOTHING_CHANGED = "Nothing has changed.";

/** Requests a portal URL from our API. Never throws: failures are returned with a message for the user. */
export async function requestPortal(customerId: string): Promise<CheckoutResult> {
  try {
    const { url } = await new Brim({ customerId, timeoutMs: TIMEOUT_MS }).createPortalSession();
    return { ok: true, url };
  } catch (error) {
    if (!(error instanceof BrimError) || error.status === null) return networkError(NOTHING_CHANGED);
    return describeApiError(error, NOTHING_CHANGED);
  }
}

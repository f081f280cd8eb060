import { Brim, BrimError } from "@/lib/client";
import { type CheckoutAnswer, explainRefusal, notReached, TIMEOUT_MS } from "./request-checkout";

const NOTHING_DONE = "Nothing has changed.";

/** Asks our API for the address of Stripe's portal. Never throws: every failure comes back in words. */
export async function requestPortal(customerId: string): Promise<CheckoutAnswer> {
  try {
    const { url } = await new Brim({ customerId, timeoutMs: TIMEOUT_MS }).createPortalSession();
    return { ok: true, url };
  } catch (error) {
    if (!(error instanceof BrimError) || error.status === null) return notReached(NOTHING_DONE);
    return explainRefusal(error, NOTHING_DONE);
  }
}

import { Brim, BrimError } from "@/lib/client";
import { describeApiError, networkError, TIMEOUT_MS } from "../request-checkout";

export type RefundResult = { ok: true } | { ok: false; message: string; isUnresolved: boolean };

const NOTHING_REFUNDED = "Nothing was refunded.";

/** Requests a refund through our API. Never throws: failures are returned with a message for the user. */
export async function requestRefund(
  customerId: string,
  topUpIntentId: string,
  idempotencyKey: string,
): Promise<RefundResult> {
  try {
    const brim = new Brim({ customerId, timeoutMs: TIMEOUT_MS });
    await brim.refundOwnTopUp({ topup_intent_id: topUpIntentId }, { idempotencyKey });
    return { ok: true };
  } catch (error) {
    if (!(error instanceof BrimError) || error.status === null) {
      return networkError("If the refund was made, it appears in the timeline.");
    }
    if (error.status === 409)
      return { ok: false, message: describeRefusal(error.details.reason), isUnresolved: false };
    return describeApiError(error, NOTHING_REFUNDED);
  }
}

function describeRefusal(reason: unknown): string {
  switch (reason) {
    case "already_spent":
      return `Part of this money has been spent in the meantime. ${NOTHING_REFUNDED}`;
    case "already_refunded":
      return "This top-up has already been refunded. Reload the page.";
    case "window_closed":
      return `The time to refund this top-up yourself has passed. ${NOTHING_REFUNDED}`;
    case "disputed":
      return `This payment is disputed with your bank, so it cannot be refunded as well. ${NOTHING_REFUNDED}`;
    default:
      return `This top-up cannot be refunded. ${NOTHING_REFUNDED} Contact us.`;
  }
}

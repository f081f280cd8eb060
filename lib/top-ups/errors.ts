import { formatCents } from "@/lib/money";
import { ConflictError, InvalidRequestError } from "@/lib/platform/errors";
import { MAX_TOP_UP, MIN_TOP_UP } from "./rules";

/** The amount is outside $5 to $5,000. */
export class TopUpAmountOutOfRangeError extends InvalidRequestError {
  constructor() {
    const message = `The amount must be from ${formatCents(MIN_TOP_UP)} to ${formatCents(MAX_TOP_UP)} US dollars.`;
    super([{ path: "amount_usd", message }]);
  }
}

/** Why the Checkout page of a top-up can no longer be used. `other_mode`: Stripe was switched between test and live. */
export type TopUpEnd = "expired" | "failed" | "canceled" | "other_mode";

const ENDED: Record<TopUpEnd, string> = {
  expired: "The Checkout page of this top-up has expired.",
  failed: "This top-up failed.",
  canceled: "This top-up was canceled.",
  other_mode: "This top-up was started in Stripe's other mode (test or live).",
};

/** The idempotency key belongs to a top-up that has ended. A new top-up needs a new key. */
export class TopUpEndedError extends ConflictError {
  constructor(
    readonly end: TopUpEnd,
    readonly topUpIntentId: string,
  ) {
    super(`${ENDED[end]} Start a new one with a new idempotency key.`);
  }

  override get details() {
    return { reason: `topup_${this.end}`, topup_intent_id: this.topUpIntentId };
  }
}

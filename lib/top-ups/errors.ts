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

/** How a top-up ended without money: its Checkout page cannot be used any more. `other_mode`: test and live were switched. */
export type TopUpEnd = "expired" | "failed" | "canceled" | "other_mode";

const ENDED: Record<TopUpEnd, string> = {
  expired: "The Checkout page of this top-up has expired.",
  failed: "This top-up has failed.",
  canceled: "This top-up was canceled.",
  other_mode: "This top-up belongs to Stripe's other mode, test or live.",
};

/** The key belongs to a top-up that is over: the same key always means the same top-up, so that another one needs another key. */
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

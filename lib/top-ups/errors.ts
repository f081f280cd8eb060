import { formatCents } from "@/lib/money";
import { ConflictError, InvalidRequestError } from "@/lib/platform/errors";
import { MAX_TOP_UP, MIN_TOP_UP, type ReviewObstacle } from "./rules";

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

const OBSTACLES: Record<ReviewObstacle, string> = {
  not_in_review: "This top-up is not in review.",
  payment_not_paid: "Stripe does not say that this top-up is paid, so it cannot be credited.",
  payment_not_ours: "The payment belongs to another customer or another top-up. Give it back instead.",
  payment_not_usd: "The payment is not in US dollars, so it cannot be credited. Give it back instead.",
  received_too_little:
    "The amount received, less tax, is below the top-up's amount. Give it back, or adjust the balance instead.",
  refund_requested: "A refund of this payment has already been requested.",
  nothing_to_refund: "There is nothing left to refund. To end the review, resolve its alert.",
};

/** A person's decision on a top-up in review is not possible. Nothing was changed. */
export class ReviewNotResolvableError extends ConflictError {
  constructor(readonly reason: ReviewObstacle) {
    super(OBSTACLES[reason]);
  }

  override get details() {
    return { reason: this.reason };
  }
}

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

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

/** The key belongs to a top-up that ended before it had a Checkout page, or that is of the other mode, test or live. */
export class TopUpEndedError extends ConflictError {
  constructor() {
    super("This top-up has ended. Start a new one with a new idempotency key.");
  }
}

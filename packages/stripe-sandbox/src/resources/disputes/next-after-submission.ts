import type { SaveOptions } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import type { DisputeStep } from "./dispute";
import { isAppeal, isInquiry } from "./dispute-status";

/** A bank that was told how to decide needs this long, as in Stripe's test mode. */
const DECISION_SECONDS = 5;

/**
 * What follows evidence that was handed in. Certain words make the bank decide at once; without them a chargeback
 * waits for the control API, and an inquiry for its end.
 *
 * @see https://docs.stripe.com/testing#evidence
 */
export function nextAfterSubmission(now: number, dispute: Stripe.Dispute): SaveOptions {
  const step = stepOf(dispute);
  if (step) return plan(step, now + DECISION_SECONDS);
  return isInquiry(dispute.status) ? {} : plan(null, null);
}

function stepOf({ status, evidence }: Stripe.Dispute): DisputeStep | undefined {
  const words = isAppeal(status) ? evidence.appeal?.card?.reason_for_filing : evidence.uncategorized_text;
  switch (words) {
    case "winning_evidence":
      return isInquiry(status) ? "close_warning" : "win";
    case "losing_evidence":
      return isInquiry(status) ? "close_warning" : "lose";
    case "escalate_inquiry_evidence":
      return isInquiry(status) ? "escalate" : undefined;
    default:
      return undefined;
  }
}

function plan(next: DisputeStep | null, dueAt: number | null): SaveOptions {
  return { private: { next }, dueAt };
}

import type { Stripe } from "../../stripe-types";

type Status = Stripe.Dispute.Status;

const INQUIRY: readonly Status[] = ["warning_needs_response", "warning_under_review"];
const CHARGEBACK: readonly Status[] = ["needs_response", "under_review"];
const APPEAL: readonly Status[] = ["appeal_needs_response", "appeal_under_review"];
const CLOSED: readonly Status[] = ["lost", "prevented", "warning_closed", "won"];

/** The bank only asks; no money has moved. */
export function isInquiry(status: Status): boolean {
  return INQUIRY.includes(status);
}

/** Waits for the bank's decision about money that it has taken. */
export function isUndecided(status: Status): boolean {
  return CHARGEBACK.includes(status) || APPEAL.includes(status);
}

export function isAppeal(status: Status): boolean {
  return APPEAL.includes(status);
}

export function isClosed(status: Status): boolean {
  return CLOSED.includes(status);
}

/** Is the disputed amount gone from the account? While it is, the charge cannot be refunded. */
export function takesFunds(status: Status): boolean {
  return isUndecided(status) || status === "lost";
}

/** The status after evidence was handed in; unchanged when the bank already has some. */
export function afterSubmission(status: Status): Status {
  switch (status) {
    case "needs_response":
      return "under_review";
    case "warning_needs_response":
      return "warning_under_review";
    case "appeal_needs_response":
      return "appeal_under_review";
    default:
      return status;
  }
}

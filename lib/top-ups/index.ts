export { creditTopUp, type PaymentEvidence, SETTLE_FRAUD_WARNING } from "./apply-decision";
export { CARD_TASKS } from "./card-tasks";
export { creditInvoice, type PaidInvoice, shownInvoice } from "./credit-invoice";
export { describeDecline } from "./decline-messages";
export {
  ReviewNotResolvableError,
  TopUpAmountOutOfRangeError,
  TopUpEndedError,
} from "./errors";
export {
  addTimelineEntry,
  findIntent,
  findIntents,
  lockIntent,
  readAnyIntent,
  refOf,
  TOP_UP_MODES,
  TOP_UP_SOURCES,
  TOP_UP_STATUSES,
  type TopUpIntent,
  type TopUpMode,
  type TopUpRef,
  type TopUpSource,
  type TopUpStatus,
  updateIntent,
} from "./intents";
export { TOP_UP_CHECKS } from "./ledger-checks";
export {
  AFTERWARDS,
  listAllTopUps,
  listInvoices,
  listTopUps,
  type ShownTopUpStatus,
  shownStatus,
} from "./list-top-ups";
export { readReceipt } from "./mail-receipt";
export {
  expectPayment,
  findInvoices,
  type InvoiceLink,
  loadTopUp,
  readTopUp,
  type TopUpDetails,
} from "./read-top-up";
export { type DelayHistogram, readDelays } from "./record-delay";
export {
  closeReview,
  creditReviewed,
  lockReviewed,
  type ReviewedPayment,
  type ReviewResolution,
  withReviewedPayment,
} from "./resolve-review";
export { findNamedRef, isTopUpMetadata, orderedCents, restoreTopUp } from "./restore-top-up";
export {
  type Decision,
  decide,
  type IntentState,
  MAX_TOP_UP,
  MIN_TOP_UP,
  manualCreditObstacle,
  REVIEW_OBSTACLES,
  REVIEW_REASONS,
  type ReviewedFacts,
  type ReviewObstacle,
  type ReviewReason,
} from "./rules";
export { readSessions, SessionReads } from "./session-reads";
export { type SettleOutcome, settleTopUp } from "./settle-top-up";
export { type StartedTopUp, type StartTopUpInput, startTopUp } from "./start-top-up";
export { type SweepResult, sweepInvoices, sweepTopUps } from "./sweep-top-ups";
export { buildTimeline, type TimelineEntry } from "./timeline";
export { describeTimelineEntry, TIMELINE_CODES, type TimelineCode } from "./timeline-messages";

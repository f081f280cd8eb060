export { CARD_TASKS } from "./card-tasks";
export { describeDecline } from "./decline-messages";
export { TopUpAmountOutOfRangeError, TopUpEndedError } from "./errors";
export { findInvoices, type InvoiceLink } from "./find-invoices";
export { findIntent, refOf, type TopUpIntent, type TopUpRef } from "./intents";
export { TOP_UP_CHECKS } from "./ledger-checks";
export {
  AFTERWARDS,
  listInvoices,
  listTopUps,
  type ShownTopUpStatus,
  shownStatus,
  type TopUpPage,
} from "./list-top-ups";
export { readTopUp, type TimelineEntry, type TopUpDetails } from "./queries";
export {
  type Decision,
  decide,
  type IntentState,
  MAX_TOP_UP,
  MIN_TOP_UP,
  REVIEW_REASONS,
  type ReviewReason,
} from "./rules";
export { type SettleOutcome, settleTopUp } from "./settle-top-up";
export { type StartedTopUp, type StartTopUpInput, startTopUp } from "./start-top-up";
export {
  TOP_UP_MODES,
  TOP_UP_SOURCES,
  TOP_UP_STATUSES,
  type TopUpMode,
  type TopUpSource,
  type TopUpStatus,
} from "./statuses";
export { type SweepResult, sweepInvoices, sweepTopUps } from "./sweep-top-ups";

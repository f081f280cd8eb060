export { describeDecline } from "./decline-messages";
export { TopUpAmountOutOfRangeError, TopUpEndedError } from "./errors";
export { findIntent, refOf, type TopUpIntent, type TopUpRef } from "./intents";
export { readTopUp, type TimelineEntry, type TopUpDetails } from "./queries";
export { type Decision, decide, type IntentState, MAX_TOP_UP, MIN_TOP_UP } from "./rules";
export { type SettleOutcome, settleTopUp } from "./settle-top-up";
export { type StartedTopUp, type StartTopUpInput, startTopUp } from "./start-top-up";
export { type SweepResult, sweepTopUps } from "./sweep-top-ups";

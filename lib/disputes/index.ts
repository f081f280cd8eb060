export { DisputeAmountKnownError, enterDisputeAmount } from "./enter-dispute-amount";
export { settleDispute } from "./settle-dispute";
export { FRAUD_WARNING_TASKS, settleFraudWarning } from "./settle-fraud-warning";

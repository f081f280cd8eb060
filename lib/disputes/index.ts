export { settleDispute } from "./settle-dispute";
export { settleFraudWarning } from "./settle-fraud-warning";

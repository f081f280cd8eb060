export {
  type BatchOutcome,
  type ChargeInput,
  chargeUsage,
  chargeUsageBatch,
  OperatorOnlyError,
  type RefundInput,
  refundUsage,
} from "./charge-usage";
export { captureUsage, type HoldInput, type HoldName, holdUsage, releaseUsage } from "./hold-usage";
export { BUCKETS, COST_PERIODS, type CostPeriod, type Span } from "./report/buckets";
export { type CostBucket, readUsageCost, USAGE_COST } from "./report/cost";
export { USAGE_CHECKS } from "./report/ledger-checks";
export { pruneUsageMinutes } from "./report/prune";
export { usageSpan } from "./report/range";
export { rollUpUsage } from "./report/rollup";
export { SPENDING_KINDS } from "./report/spending";
export {
  type KeyTotal,
  readUsageTotals,
  USAGE_TOTALS,
  type UsageTotal,
  type UsageTotals,
} from "./report/totals";

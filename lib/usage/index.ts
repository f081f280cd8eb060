export { BUCKETS, COST_PERIODS, type CostPeriod, type Span } from "./buckets";
export {
  type BatchOutcome,
  type ChargeInput,
  chargeUsage,
  chargeUsageBatch,
  type RefundInput,
  refundUsage,
} from "./charge-usage";
export { type CostBucket, readUsageCost, USAGE_COST } from "./cost";
export { OperatorOnlyError, PaymentRequiredError } from "./errors";
export { captureUsage, type HoldInput, type HoldName, holdUsage, releaseUsage } from "./hold-usage";
export { usageSpan } from "./range";
export { namedCustomer, resolveCustomer } from "./resolve-customer";
export { rollUpUsage } from "./rollup";
export { SPENDING_KINDS } from "./spending";
export { type KeyTotal, readUsageTotals, USAGE_TOTALS, type UsageTotal, type UsageTotals } from "./totals";

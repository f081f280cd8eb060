export { type AdjustBalance, adjustBalance } from "./adjust-balance";
export { type Adjustment, listAdjustments } from "./list-adjustments";

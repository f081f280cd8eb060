export { type AdjustBalance, adjustBalance } from "./adjust-balance";
export { type Adjustment, type AdjustmentPage, listAdjustments } from "./list-adjustments";

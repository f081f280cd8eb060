export { readLowBalanceMail, sweepLowBalances } from "./sweep-low-balances";
export {
  MAX_LOW_BALANCE_THRESHOLDS,
  readLowBalanceThresholds,
  replaceLowBalanceThresholds,
} from "./thresholds";

export { type AppliedReversals, applyReversals } from "./apply-reversals";
export { REVERSAL_CHECKS } from "./ledger-checks";
export {
  counted,
  findReversal,
  findTopUpOfPayment,
  isFullyReturned,
  listReversals,
  lockReversedTopUp,
  type PaidTopUp,
  type Reversal,
  type ReversedTopUp,
} from "./reversals";
export {
  allocateTarget,
  type BalanceMovement,
  type CountedReversal,
  effectiveDisputeCents,
  effectiveRefundCents,
  REVERSAL_SOURCES,
  type ReversalSource,
  reversalTarget,
  sumEffective,
} from "./rules";
export {
  type ReversalChange,
  type ReversalFacts,
  type SettleOptions,
  type SettleReversalOutcome,
  settleReversal,
} from "./settle-reversal";

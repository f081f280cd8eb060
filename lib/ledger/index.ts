export { freezeByDispute, openLedgerAccount, setAccountStatus, unfreezeByDispute } from "./accounts";
export { type AdjustRequest, adjust, type PostedAdjustment } from "./adjust";
export { ACCOUNT_STATUSES, type Balance, readBalance, readBalances } from "./balances";
export { type ChargeRequest, charge, type PostedCharge } from "./charge";
export { type BatchItem, type BatchResult, CHARGE_BATCH, chargeBatch } from "./charge-batch";
export { CHARGE } from "./charge-sql";
export { type CapturedHold, captureHold, type HoldRef, releaseHold } from "./close-hold";
export {
  AccountNotActiveError,
  AlreadyPostedError,
  BalanceOutOfRangeError,
  ForeignHoldError,
  InsufficientBalanceError,
  RefundTooLargeError,
  UnknownCustomerError,
} from "./errors";
export { expireHolds } from "./expire-holds";
export { holdUnspent, previewUnspent, readUnspent, releaseUnspent } from "./hold-unspent";
export { HOLD_STATUSES, type Hold, type HoldStatus, readHold } from "./holds";
export type { IdempotentRequest } from "./idempotent-request";
export { DIRECTIONS, type Direction, type HouseAccount, TRANSFER_KINDS, type TransferKind } from "./kinds";
export { type HoldRequest, openHold } from "./open-hold";
export { type PostedTransfer, type Posting, post, type TransferSource } from "./post";
export {
  type LedgerRecord,
  LIST_RARE_RECORDS,
  LIST_RECORDS,
  listRecords,
  readTransfers,
  type TransferRecord,
  type TransferRef,
} from "./records";
export { type PostedRefund, type RefundChargeRequest, refundCharge } from "./refund-charge";
export {
  type AccountNumbers,
  type AccountRepair,
  ContradictoryTransfersError,
  isRepairNeeded,
  repairAccount,
} from "./repair-account";
export { listTransfersOf, type SourceTransfer } from "./transfers-of-sources";
export { checkLedgerDaily, type DailyCheck } from "./verify/check-ledger-daily";
export type { CustomerCheck, Finding, ModuleChecks } from "./verify/finding";
export {
  type Verification,
  type VerifyOptions,
  type VerifyProgress,
  verifyLedger,
} from "./verify/verify-ledger";

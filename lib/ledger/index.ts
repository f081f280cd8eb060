export { AlreadyPostedError } from "./errors";
export { type Direction, type HouseAccount, TRANSFER_KINDS, type TransferKind } from "./kinds";
export { openLedgerAccount } from "./open-account";
export { type PostedTransfer, type Posting, post, type TransferSource } from "./post";
export { type Balance, listRecentTransfers, readBalance, type TransferRecord } from "./queries";

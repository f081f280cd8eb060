export { checkLedgerDaily, type DailyCheck } from "./check-ledger-daily";
export type { Finding } from "./finding";
export { type Verification, type VerifyOptions, type VerifyProgress, verifyLedger } from "./verify-ledger";

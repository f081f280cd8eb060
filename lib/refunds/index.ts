import type { QueuedTask } from "@/lib/platform/jobs";
import { CREDIT_NOTE_TASK } from "./issue-credit-note";
import { SUBMIT_REFUND_TASK } from "./submit-refund";

export { NOT_REFUNDABLE_REASONS, NotRefundableError, type NotRefundableReason } from "./errors";
export { giveBackReviewed } from "./give-back";
export { readRefundMail } from "./mail-refund";
export { type OwnRefund, readOwnRefund } from "./own-refund";
export type { RefundQuote } from "./quote-refund";
export { refundForFraudWarning } from "./refund-for-fraud-warning";
export type { RefundRequest } from "./refund-requests";
export {
  previewRefund,
  type RefundPreview,
  type RefundTopUp,
  refundOwnTopUp,
  refundTopUp,
} from "./request-refund";
export { settleRefund, settleRefundsOfPayment } from "./settle-refund";
export { sweepRefundRequests } from "./sweep-refund-requests";
export type { RequestedRefund } from "./write-request";

/** The tasks that the worker runs. */
export const REFUND_TASKS: readonly QueuedTask[] = [SUBMIT_REFUND_TASK, CREDIT_NOTE_TASK];

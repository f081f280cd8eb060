export { NOT_REFUNDABLE_REASONS, NotRefundableError, type NotRefundableReason } from "./errors";
export type { RefundQuote } from "./quote-refund";
export type { RefundRequest } from "./refund-requests";
export {
  previewRefund,
  type RefundPreview,
  type RefundTopUp,
  type RequestedRefund,
  refundForFraudWarning,
  refundOwnTopUp,
  refundTopUp,
} from "./request-refund";
export { settleRefund, settleRefundsOfPayment } from "./settle-refund";
export { REFUND_TASKS } from "./submit-refund";

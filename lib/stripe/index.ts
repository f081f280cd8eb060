export {
  type BalanceTransactionFacts,
  listBalanceTransactions,
  retrieveBalanceTransaction,
} from "./balance-transactions";
export { type CardFacts, retrieveCard, type StripeAddress } from "./cards";
export { type ChargeFacts, listCharges, retrieveCharge, retrieveChargeOfPayment } from "./charges";
export {
  type CheckoutFacts,
  type CheckoutSessionParams,
  createCheckoutSession,
  expireCheckoutSession,
  findSessionOfPayment,
  findSessionsOfIntent,
  listCompletedSessions,
  listSessionsBefore,
  type PaymentFacts,
  retrieveCheckoutSession,
} from "./checkout-sessions";
export { STRIPE_API_VERSION } from "./client";
export { createCreditNote, findCreditNote } from "./credit-notes";
export {
  createStripeCustomer,
  retrieveStripeCustomer,
  type StripeCustomerFacts,
  setAddress,
  setDefaultCard,
} from "./customers";
export { detachCard } from "./detach-card";
export { type DisputeFacts, listAllDisputes, retrieveDispute } from "./disputes";
export {
  isOutage,
  isRememberedFailure,
  isStripeRefusal,
  isUnanswered,
  MAX_UNANSWERED,
  rethrowRefusal,
  StripeRefusedError,
  StripeUnavailableError,
} from "./errors";
export { listEvents, MAX_LISTED_TYPES } from "./events";
export { type FraudWarningFacts, retrieveFraudWarning } from "./fraud-warnings";
export type {
  InvoiceDecline,
  InvoiceFacts,
  InvoicePaymentFacts,
  InvoicePaymentIntent,
} from "./invoice-facts";
export { type InvoiceOfPayment, retrieveInvoiceOfPayment } from "./invoice-of-payment";
export {
  addInvoiceLine,
  closeInvoice,
  createInvoice,
  finalizeInvoice,
  findInvoiceOfIntent,
  findInvoiceOfPayment,
  type InvoiceParams,
  listInvoicesOf,
  listPaidInvoices,
  payInvoice,
  retrieveInvoice,
} from "./invoices";
export { type Listed, type ListWindow, pagesOf } from "./list-page";
export { asLookUp, LookUpBudgetError } from "./look-up-budget";
export type { PaidCharge } from "./paid-charge";
export { createPortalSession } from "./portal";
export { ensurePortalConfiguration, forgetPortalConfiguration } from "./portal-configuration";
export { createRefund, listAllRefunds, listRefunds, type RefundFacts, retrieveRefund } from "./refunds";
export { isMissingPermission, isSetupError, StripeSetupError } from "./setup-problem";
export { type EventHint, hintFromStored, verifyDelivery } from "./webhooks";

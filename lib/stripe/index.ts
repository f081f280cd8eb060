export { type CardFacts, retrieveCard, type StripeAddress } from "./cards";
export {
  type CheckoutFacts,
  type CheckoutSessionParams,
  createCheckoutSession,
  expireCheckoutSession,
  findSessionOfPayment,
  findSessionsOfIntent,
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
export { type DisputeFacts, retrieveDispute } from "./disputes";
export {
  isRememberedFailure,
  isStripeRefusal,
  isUnanswered,
  MAX_UNANSWERED,
  rethrowRefusal,
  StripeRefusedError,
  StripeUnavailableError,
} from "./errors";
export { type FraudWarningFacts, retrieveFraudWarning } from "./fraud-warnings";
export { type InvoiceOfPayment, retrieveInvoiceOfPayment } from "./invoice-of-payment";
export type { PaidCharge } from "./paid-charge";
export { createPortalSession } from "./portal";
export { ensurePortalConfiguration, forgetPortalConfiguration } from "./portal-configuration";
export { createRefund, listRefunds, type RefundFacts, retrieveRefund } from "./refunds";
export { StripeSetupError } from "./setup-problem";
export { type EventHint, hintFromStored, verifyDelivery } from "./webhooks";

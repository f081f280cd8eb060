export { serve } from "./adapters/next";
export { apiListener, isApiPath } from "./adapters/node";
export { rejectConnect, rejectUnsupportedRequest } from "./adapters/unsupported-requests";
export { createAdjustment, listAdjustments } from "./adjustments";
export { getAlert, listAlerts, resolveAlert } from "./alerts";
export { rollApiKey } from "./api-key-rolls";
export { createApiKey, getApiKey, listApiKeys, revokeApiKey } from "./api-keys";
export { allowMoreAutoTopUps, getAutoTopUp, updateAutoTopUp } from "./auto-top-up";
export { listAutoTopUpDecisions } from "./auto-top-up-decisions";
export {
  pauseAllAutoTopUps,
  pauseAutoTopUpOfCustomer,
  resumeAllAutoTopUps,
  resumeAutoTopUpOfCustomer,
} from "./auto-top-up-pauses";
export { getBalance } from "./balance";
export { createBillingLink } from "./billing-links";
export { createCharge, createChargeBatch, refundCharge } from "./charges";
export { createCheckoutSession } from "./checkout-sessions";
export { createCustomer, freezeCustomer, getCustomer, listCustomers, unfreezeCustomer } from "./customers";
export { setDisputeAmount } from "./disputes";
export { getHealth, getReady } from "./health";
export { captureHold, createHold, getHold, releaseHold } from "./holds";
export { listInvoices } from "./invoices";
export { recordClientAddress } from "./limits/client-address";
export { getLowBalanceThresholds, setLowBalanceThresholds } from "./low-balance-thresholds";
export { getMetrics } from "./metrics";
export type {
  OpenApiDocument,
  OperationPart,
  ParameterPart,
  ResponsePart,
  SchemaPart,
} from "./openapi/types";
export { listPaymentMethods, removePaymentMethod, setDefaultPaymentMethod } from "./payment-methods";
export { CUSTOMER_HEADER } from "./pipeline/authenticate";
export { pruneStoredResponses } from "./pipeline/idempotency";
export { createPortalSession } from "./portal-sessions";
export { listRecords } from "./records";
export { listRefundTasks } from "./refund-tasks";
export type { Route } from "./route";
export { apiDocument, getOpenApiDocument, ROUTES } from "./routes";
export { SIGN_IN_PAGE } from "./sign-in/auth-options";
export { checkAuthRequest } from "./sign-in/auth-requests";
export { openBillingLink, peekLink } from "./sign-in/billing-link";
export { handleAuth } from "./sign-in/handle-auth";
export { type SignInMethods, signInMethods } from "./sign-in/providers";
export { safeReturnPath } from "./sign-in/return-url";
export { readCsrfToken, readSession } from "./sign-in/session";
export { signOut } from "./sign-in/sign-out";
export { receiveStripeEvent } from "./stripe-webhook";
export { refundOwnTopUp, refundTopUp } from "./top-up-refunds";
export { listAllTopUps, resolveTopUp } from "./top-up-reviews";
export { getTopUp, listTopUps, presentTopUp } from "./top-ups";
export { getUsage, getUsageCost } from "./usage-reports";

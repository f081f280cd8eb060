import { createAdjustment, listAdjustments } from "./adjustments";
import { getAlert, listAlerts, resolveAlert } from "./alerts";
import { rollApiKey } from "./api-key-rolls";
import { createApiKey, getApiKey, listApiKeys, revokeApiKey } from "./api-keys";
import { allowMoreAutoTopUps, getAutoTopUp, updateAutoTopUp } from "./auto-top-up";
import { listAutoTopUpDecisions } from "./auto-top-up-decisions";
import {
  pauseAllAutoTopUps,
  pauseAutoTopUpOfCustomer,
  resumeAllAutoTopUps,
  resumeAutoTopUpOfCustomer,
} from "./auto-top-up-pauses";
import { getBalance } from "./balance";
import { createBillingLink } from "./billing-links";
import { createCharge, createChargeBatch, refundCharge } from "./charges";
import { createCheckoutSession } from "./checkout-sessions";
import { createCustomer, freezeCustomer, getCustomer, listCustomers, unfreezeCustomer } from "./customers";
import { setDisputeAmount } from "./disputes";
import { getHealth, getReady } from "./health";
import { captureHold, createHold, getHold, releaseHold } from "./holds";
import { listInvoices } from "./invoices";
import { getLowBalanceThresholds, setLowBalanceThresholds } from "./low-balance-thresholds";
import { getMetrics } from "./metrics";
import { buildDocument } from "./openapi/document";
import type { OpenApiDocument } from "./openapi/types";
import { openApiDocumentRoute } from "./openapi-document";
import { listPaymentMethods, removePaymentMethod, setDefaultPaymentMethod } from "./payment-methods";
import { createPortalSession } from "./portal-sessions";
import { listRecords } from "./records";
import { listRefundTasks } from "./refund-tasks";
import type { Route } from "./route";
import { receiveStripeEvent } from "./stripe-webhook";
import { refundOwnTopUp, refundTopUp } from "./top-up-refunds";
import { listAllTopUps, resolveTopUp } from "./top-up-reviews";
import { getTopUp, listTopUps } from "./top-ups";
import { getUsage, getUsageCost } from "./usage-reports";

export const getOpenApiDocument = openApiDocumentRoute(apiDocument);

/** All routes of the API. The Node listener, the OpenAPI document and the client are made from this list. */
export const ROUTES: readonly Route[] = [
  createCheckoutSession,
  getBalance,
  listTopUps,
  getTopUp,
  refundOwnTopUp,
  listPaymentMethods,
  setDefaultPaymentMethod,
  removePaymentMethod,
  getAutoTopUp,
  updateAutoTopUp,
  allowMoreAutoTopUps,
  listAutoTopUpDecisions,
  getLowBalanceThresholds,
  setLowBalanceThresholds,
  createPortalSession,
  listInvoices,
  listRecords,
  createCharge,
  createChargeBatch,
  refundCharge,
  createHold,
  captureHold,
  releaseHold,
  getHold,
  getUsage,
  getUsageCost,
  createCustomer,
  listCustomers,
  getCustomer,
  freezeCustomer,
  unfreezeCustomer,
  pauseAutoTopUpOfCustomer,
  resumeAutoTopUpOfCustomer,
  pauseAllAutoTopUps,
  resumeAllAutoTopUps,
  createBillingLink,
  createAdjustment,
  listAdjustments,
  listAllTopUps,
  refundTopUp,
  setDisputeAmount,
  resolveTopUp,
  listRefundTasks,
  listAlerts,
  getAlert,
  resolveAlert,
  createApiKey,
  listApiKeys,
  getApiKey,
  rollApiKey,
  revokeApiKey,
  getHealth,
  getReady,
  getMetrics,
  getOpenApiDocument,
  receiveStripeEvent,
];

/** On globalThis because this module exists once in Node and once in Next's bundle. */
const shared = globalThis as typeof globalThis & { brimApiDocument?: OpenApiDocument };

/** Returns the OpenAPI document. It is built on first use, because it contains `APP_URL`. */
export function apiDocument(): OpenApiDocument {
  shared.brimApiDocument ??= buildDocument(ROUTES);
  return shared.brimApiDocument;
}

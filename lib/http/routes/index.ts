import { buildDocument, type OpenApiDocument } from "../openapi";
import type { Route } from "../route";
import { createAdjustment, getAdjustments } from "./adjustments";
import { createApiKey, getApiKey, getApiKeys, revokeKey, rollKey } from "./api-keys";
import { createCheckoutSession, getBalance } from "./billing";
import { createCharge, createChargeBatch, refundCharge } from "./charges";
import { createCustomer, freeze, getCustomer, getCustomers, makeBillingLink, unfreeze } from "./customers";
import { getHealth, getReady } from "./health";
import { captureHold, createHold, getHold, releaseHold } from "./holds";
import { listBillingInvoices } from "./invoices";
import { getMetrics } from "./metrics";
import { openApiRoute } from "./openapi";
import { listPaymentMethods, removePaymentMethod, setDefaultPaymentMethod } from "./payment-methods";
import { createPortalSession } from "./portal";
import { listBillingRecords } from "./records";
import { receiveStripeEvent } from "./stripe-webhook";
import { getTopUp, listAttempts } from "./top-ups";
import { getUsage, getUsageCost } from "./usage-report";

/** The one list of routes. The direct door, the `route.ts` files and the OpenAPI document all come from it. */
export const ROUTES: readonly Route[] = [
  createCheckoutSession,
  getBalance,
  listAttempts,
  getTopUp,
  listPaymentMethods,
  setDefaultPaymentMethod,
  removePaymentMethod,
  createPortalSession,
  listBillingInvoices,
  listBillingRecords,
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
  getCustomers,
  getCustomer,
  freeze,
  unfreeze,
  makeBillingLink,
  createAdjustment,
  getAdjustments,
  createApiKey,
  getApiKeys,
  getApiKey,
  rollKey,
  revokeKey,
  getHealth,
  getReady,
  getMetrics,
  openApiRoute(apiDocument),
  receiveStripeEvent,
];

let document: OpenApiDocument | undefined;

/** Our OpenAPI document, made at the first request: it has our own address in it, which only a running server knows. */
export function apiDocument(): OpenApiDocument {
  document ??= buildDocument(ROUTES);
  return document;
}

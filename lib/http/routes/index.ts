import { buildDocument, type OpenApiDocument } from "../openapi";
import type { Route } from "../route";
import { createAdjustment, getAdjustments } from "./adjustments";
import { createApiKey, getApiKey, getApiKeys, revokeKey, rollKey } from "./api-keys";
import { createCheckoutSession, getBalance, getTopUp, listPaymentMethods } from "./billing";
import { createCustomer, freeze, getCustomer, getCustomers, makeBillingLink, unfreeze } from "./customers";
import { getHealth, getReady } from "./health";
import { getMetrics } from "./metrics";
import { openApiRoute } from "./openapi";
import { removePaymentMethod, setDefaultPaymentMethod } from "./payment-methods";
import { listBillingRecords } from "./records";
import { receiveStripeEvent } from "./stripe-webhook";
import { listAttempts } from "./top-ups";
import {
  captureHold,
  createCharge,
  createChargeBatch,
  createHold,
  getHold,
  refundCharge,
  releaseHold,
} from "./usage";
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

import type { Route } from "../route";
import { createCheckoutSession, getBalance, getTopUp, listPaymentMethods } from "./billing";
import { getHealth, getReady } from "./health";
import { listBillingRecords } from "./records";
import { receiveStripeEvent } from "./stripe-webhook";
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
  getTopUp,
  listPaymentMethods,
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
  getHealth,
  getReady,
  receiveStripeEvent,
];

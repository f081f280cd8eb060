import type { Route } from "../route";
import { createCheckoutSession, getBalance, getTopUp, listPaymentMethods } from "./billing";
import { getHealth, getReady } from "./health";
import { receiveStripeEvent } from "./stripe-webhook";

/** The one list of routes. The direct door, the `route.ts` files and the OpenAPI document all come from it. */
export const ROUTES: readonly Route[] = [
  createCheckoutSession,
  getBalance,
  getTopUp,
  listPaymentMethods,
  getHealth,
  getReady,
  receiveStripeEvent,
];

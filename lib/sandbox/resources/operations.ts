import type { Operation } from "../api/operation";
import { balanceTransactionOperations } from "./balance-transactions/operations";
import { catalogOperations } from "./catalog/operations";
import { chargeOperations } from "./charges/operations";
import { checkoutSessionOperations } from "./checkout-sessions/operations";
import { customerOperations } from "./customers/operations";
import { eventOperations } from "./events/operations";
import { paymentIntentOperations } from "./payment-intents/operations";
import { paymentMethodOperations } from "./payment-methods/operations";
import { setupIntentOperations } from "./setup-intents/operations";
import { webhookEndpointOperations } from "./webhook-endpoints/operations";

/** Every operation that is built. What spec.json has beyond these answers 404 until it is. */
export const operations: readonly Operation[] = [
  ...balanceTransactionOperations,
  ...catalogOperations,
  ...chargeOperations,
  ...checkoutSessionOperations,
  ...customerOperations,
  ...eventOperations,
  ...paymentIntentOperations,
  ...paymentMethodOperations,
  ...setupIntentOperations,
  ...webhookEndpointOperations,
];

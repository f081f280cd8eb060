import type { Operation } from "../api/operation";
import { balanceOperations } from "./balance/operations";
import { balanceTransactionOperations } from "./balance-transactions/operations";
import { billingPortalOperations } from "./billing-portal/operations";
import { catalogOperations } from "./catalog/operations";
import { chargeOperations } from "./charges/operations";
import { checkoutSessionOperations } from "./checkout-sessions/operations";
import { customerOperations } from "./customers/operations";
import { disputeOperations } from "./disputes/operations";
import { eventOperations } from "./events/operations";
import { invoiceItemOperations } from "./invoice-items/operations";
import { invoicePaymentOperations } from "./invoice-payments/operations";
import { invoiceOperations } from "./invoices/operations";
import { paymentIntentOperations } from "./payment-intents/operations";
import { paymentMethodOperations } from "./payment-methods/operations";
import { paymentPageOperations } from "./payment-pages/operations";
import { refundOperations } from "./refunds/operations";
import { setupIntentOperations } from "./setup-intents/operations";
import { taxIdOperations } from "./tax-ids/operations";
import { webhookEndpointOperations } from "./webhook-endpoints/operations";

/** Every operation that is built. What spec.json has beyond these answers 404 until it is. */
export const operations: readonly Operation[] = [
  ...balanceOperations,
  ...balanceTransactionOperations,
  ...billingPortalOperations,
  ...catalogOperations,
  ...chargeOperations,
  ...checkoutSessionOperations,
  ...customerOperations,
  ...disputeOperations,
  ...eventOperations,
  ...invoiceItemOperations,
  ...invoicePaymentOperations,
  ...invoiceOperations,
  ...paymentIntentOperations,
  ...paymentMethodOperations,
  ...paymentPageOperations,
  ...refundOperations,
  ...setupIntentOperations,
  ...taxIdOperations,
  ...webhookEndpointOperations,
];

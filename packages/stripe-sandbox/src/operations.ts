import type { Operation } from "./api/operation";
import { paymentPageOperations } from "./checkout/payment-page-operations";
import { balanceOperations } from "./resources/balance/operations";
import { balanceTransactionOperations } from "./resources/balance-transactions/operations";
import { billingPortalOperations } from "./resources/billing-portal/operations";
import { catalogOperations } from "./resources/catalog/operations";
import { chargeOperations } from "./resources/charges/operations";
import { checkoutSessionOperations } from "./resources/checkout-sessions/operations";
import { customerOperations } from "./resources/customers/operations";
import { disputeOperations } from "./resources/disputes/operations";
import { eventOperations } from "./resources/events/operations";
import { invoiceItemOperations } from "./resources/invoice-items/operations";
import { invoicePaymentOperations } from "./resources/invoice-payments/operations";
import { invoiceOperations } from "./resources/invoices/operations";
import { paymentIntentOperations } from "./resources/payment-intents/operations";
import { paymentMethodOperations } from "./resources/payment-methods/operations";
import { refundOperations } from "./resources/refunds/operations";
import { setupIntentOperations } from "./resources/setup-intents/operations";
import { taxIdOperations } from "./resources/tax-ids/operations";
import { webhookEndpointOperations } from "./resources/webhook-endpoints/operations";

/** Every implemented operation. The rest of spec.json responds with 404. */
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

import type { Operation } from "./api/operation";
import { paymentPageOperations } from "./checkout/payment-page-operations";
import { balanceOperations, balanceTransactionOperations } from "./resources/balance/operations";
import { billingPortalOperations } from "./resources/billing-portal/sessions";
import { chargeOperations } from "./resources/charges/charge";
import { checkoutSessionOperations } from "./resources/checkout-sessions/operations";
import { creditNoteOperations } from "./resources/credit-notes/operations";
import { customerBalanceOperations } from "./resources/customers/customer-balance";
import { customerOperations } from "./resources/customers/operations";
import { disputeOperations } from "./resources/disputes/operations";
import { earlyFraudWarningOperations } from "./resources/early-fraud-warnings/operations";
import { eventOperations } from "./resources/events";
import { invoiceItemOperations } from "./resources/invoice-items/operations";
import { invoicePaymentOperations } from "./resources/invoice-payments";
import { invoiceOperations } from "./resources/invoices/operations";
import { paymentIntentOperations } from "./resources/payment-intents/operations";
import { paymentMethodOperations } from "./resources/payment-methods/operations";
import { payoutOperations } from "./resources/payouts/operations";
import { priceOperations } from "./resources/prices";
import { productOperations } from "./resources/products";
import { refundOperations } from "./resources/refunds/operations";
import { setupIntentOperations } from "./resources/setup-intents/operations";
import { taxIdOperations } from "./resources/tax-ids";
import { webhookEndpointOperations } from "./resources/webhook-endpoints";

/** Every implemented operation. The rest of spec.json responds with 404. */
export const operations: readonly Operation[] = [
  ...balanceOperations,
  ...balanceTransactionOperations,
  ...billingPortalOperations,
  ...chargeOperations,
  ...checkoutSessionOperations,
  ...creditNoteOperations,
  ...customerOperations,
  ...customerBalanceOperations,
  ...disputeOperations,
  ...earlyFraudWarningOperations,
  ...eventOperations,
  ...invoiceItemOperations,
  ...invoicePaymentOperations,
  ...invoiceOperations,
  ...paymentIntentOperations,
  ...paymentMethodOperations,
  ...paymentPageOperations,
  ...payoutOperations,
  ...priceOperations,
  ...productOperations,
  ...refundOperations,
  ...setupIntentOperations,
  ...taxIdOperations,
  ...webhookEndpointOperations,
];

import type { EventHandler } from "../event-handler";
import { handleChargeRefunded } from "./charge-refunded";
import { handleCheckoutSession } from "./checkout-session";
import { handleCustomerDeleted, handleCustomerUpdated } from "./customer";
import { handleDispute } from "./dispute";
import { handleFraudWarning } from "./fraud-warning";
import { handleInvoice, handleInvoicePayment } from "./invoice";
import { handleInvoicedPayment, handlePaymentIntent } from "./payment-intent";
import { handlePaymentMethod } from "./payment-method";
import { handleRefund } from "./refund";

/** The handler of each event type. The webhook endpoint at Stripe should subscribe to exactly these types. */
export const HANDLERS: Readonly<Record<string, EventHandler>> = {
  "checkout.session.completed": handleCheckoutSession,
  "checkout.session.async_payment_succeeded": handleCheckoutSession,
  "checkout.session.async_payment_failed": handleCheckoutSession,
  "checkout.session.expired": handleCheckoutSession,
  "payment_intent.succeeded": handlePaymentIntent,
  "payment_intent.payment_failed": handlePaymentIntent,
  "payment_intent.processing": handleInvoicedPayment,
  "payment_intent.requires_action": handleInvoicedPayment,
  "payment_method.attached": handlePaymentMethod,
  "payment_method.updated": handlePaymentMethod,
  "payment_method.automatically_updated": handlePaymentMethod,
  "payment_method.detached": handlePaymentMethod,
  "customer.updated": handleCustomerUpdated,
  "customer.deleted": handleCustomerDeleted,
  "invoice.paid": handleInvoice,
  "invoice.payment_failed": handleInvoice,
  "invoice.payment_action_required": handleInvoice,
  "invoice.voided": handleInvoice,
  "invoice.deleted": handleInvoice,
  "invoice.overpaid": handleInvoice,
  "invoice_payment.paid": handleInvoicePayment,
  "refund.created": handleRefund,
  "refund.updated": handleRefund,
  "refund.failed": handleRefund,
  "charge.refunded": handleChargeRefunded,
  "charge.dispute.created": handleDispute,
  "charge.dispute.updated": handleDispute,
  "charge.dispute.closed": handleDispute,
  "charge.dispute.funds_withdrawn": handleDispute,
  "charge.dispute.funds_reinstated": handleDispute,
  "radar.early_fraud_warning.created": handleFraudWarning,
  "radar.early_fraud_warning.updated": handleFraudWarning,
};

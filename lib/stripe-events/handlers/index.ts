import type { EventHandler } from "../handler";
import { settleSession } from "./checkout-session";
import { storeInvoice } from "./invoice-paid";
import { settlePayment } from "./payment-intent";
import { forgetCustomer, syncCard, syncCustomer } from "./payment-method";

/** The events that we act on; an endpoint at Stripe should subscribe to exactly these. */
export const HANDLERS: Readonly<Record<string, EventHandler>> = {
  "checkout.session.completed": settleSession,
  "checkout.session.async_payment_succeeded": settleSession,
  "checkout.session.async_payment_failed": settleSession,
  "checkout.session.expired": settleSession,
  "payment_intent.succeeded": settlePayment,
  "payment_intent.payment_failed": settlePayment,
  "payment_method.attached": syncCard,
  "payment_method.updated": syncCard,
  "payment_method.automatically_updated": syncCard,
  "payment_method.detached": syncCard,
  "customer.updated": syncCustomer,
  "customer.deleted": forgetCustomer,
  "invoice.paid": storeInvoice,
};

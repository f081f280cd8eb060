import { restoreCharge } from "@/lib/auto-charge";
import { findCustomerByStripeId } from "@/lib/customers";
import { findInvoiceOfPayment, findSessionOfPayment } from "@/lib/stripe";
import { isTopUpMetadata, refOf, settleTopUp } from "@/lib/top-ups";
import type { EventHandler } from "../event-handler";
import { findOrRestoreTopUp, paidAtOf, resultOf } from "./checkout-session";
import { findTopUpOfInvoice, settleAutomatic } from "./invoice";

/** Handles `payment_intent.*`: finds the payment's Checkout Session and settles its top-up. */
export const handlePaymentIntent: EventHandler = async (event, claim, now, reads) => {
  const { objectId, object } = event;
  if (!objectId) return "foreign";
  if (!isTopUpMetadata(object.metadata)) return handleInvoicedPayment(event, claim, now);
  const sessionId = reads?.findSessionOfPayment(objectId) ?? (await findSessionOfPayment(objectId));
  const intent = sessionId && (await findOrRestoreTopUp(object.metadata, sessionId, now));
  if (!sessionId || !intent) return "foreign";
  return resultOf(
    await settleTopUp(refOf(intent), sessionId, { claim, now, reads, paidAt: paidAtOf(event) }),
  );
};

/** The payment of an invoice does not carry the invoice's metadata, so Stripe is asked which one it is for. */
export const handleInvoicedPayment: EventHandler = async (event, claim, now) => {
  const isOurs = (await findCustomerByStripeId(event.object.customer)) !== null;
  const invoiceId = event.objectId && isOurs ? await findInvoiceOfPayment(event.objectId) : null;
  const intent =
    invoiceId && ((await findTopUpOfInvoice(invoiceId)) ?? (await restoreCharge(invoiceId, now)));
  if (!intent || !invoiceId) return "foreign";
  return settleAutomatic(intent, invoiceId, { claim, now });
};

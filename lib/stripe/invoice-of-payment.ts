import type Stripe from "stripe";
import { stripe } from "./client";
import { callStripe } from "./errors";

/** The invoice that a payment pays. */
export interface InvoiceOfPayment {
  invoiceId: string;
  metadata: Record<string, string>;
}

/**
 * Retrieves the invoice that a payment pays; null when it pays none. A PaymentIntent does not carry the metadata of its invoice.
 *
 * @see https://docs.stripe.com/api/invoice-payment/list
 */
export async function retrieveInvoiceOfPayment(paymentIntentId: string): Promise<InvoiceOfPayment | null> {
  const payment = { type: "payment_intent", payment_intent: paymentIntentId } as const;
  const list = await callStripe(() =>
    stripe().invoicePayments.list({ payment, limit: 1, expand: ["data.invoice"] }),
  );
  const invoice: string | Stripe.Invoice | Stripe.DeletedInvoice | undefined = list.data[0]?.invoice;
  if (!invoice || typeof invoice === "string" || !("metadata" in invoice)) return null;
  return { invoiceId: invoice.id, metadata: invoice.metadata ?? {} };
}

import { readPayments } from "../resources/invoice-payments";
import type { Invoice, InvoiceLine } from "../resources/invoices/invoice";
import { findInvoiceByToken } from "../resources/invoices/invoice";
import { readLines } from "../resources/invoices/invoice-lines";
import { loadObject } from "../resources/load-object";
import { customerCards } from "../resources/payment-methods/payment-method";
import type { Tx } from "../runtime";
import { findObject } from "../store/objects";
import type { Stripe } from "../stripe-types";

/** What the page and the PDF of an invoice show. */
export interface HostedInvoice {
  invoice: Invoice;
  lines: InvoiceLine[];
  savedCards: Stripe.PaymentMethod[];
  /** The charge that paid it; undefined while it is open or when it was paid out of band. */
  charge: Stripe.Charge | undefined;
  canBePaid: boolean;
  /** Why the latest attempt to pay it failed, while it is open. */
  lastFailure: string | undefined;
}

/** Reads the invoice of a page by the token in its address; a draft has no page. */
export async function readHostedInvoice(tx: Tx, token: string): Promise<HostedInvoice | undefined> {
  const invoice = await findInvoiceByToken(tx, token);
  if (!invoice || invoice.status === "draft") return undefined;
  const stored = await readLines(tx, invoice.id);
  return {
    invoice,
    lines: stored.map(({ line }) => line),
    savedCards: await customerCards(tx, String(invoice.customer)),
    ...(await readPayment(tx, invoice.id)),
  };
}

type Payment = Pick<HostedInvoice, "charge" | "canBePaid" | "lastFailure">;

async function readPayment(tx: Tx, invoiceId: string): Promise<Payment> {
  const payment = (await readPayments(tx, invoiceId)).find(({ status }) => status !== "canceled");
  if (!payment?.payment.payment_intent)
    return { charge: undefined, canBePaid: false, lastFailure: undefined };
  const intentId = String(payment.payment.payment_intent);
  const { data: intent } = await loadObject<Stripe.PaymentIntent>(tx, "payment_intent", intentId);
  if (payment.status === "open") {
    return { charge: undefined, canBePaid: true, lastFailure: intent.last_payment_error?.message };
  }
  const charge = await findObject<Stripe.Charge>(tx, "charge", String(intent.latest_charge));
  return { charge: charge?.data, canBePaid: false, lastFailure: undefined };
}

import type Stripe from "stripe";
import { idOf } from "./cards";
import { stripe } from "./client";
import { callStripe, isStripeRefusal, type StripeRefusedError } from "./errors";
import { type InvoiceDecline, type InvoiceFacts, invoiceFacts } from "./invoice-facts";
import { type Listed, type ListWindow, pageParams, toPage } from "./list-page";

/** The parameters of an automatic top-up's invoice and of its line. The top-up stores them. */
export interface InvoiceParams {
  invoice: Stripe.InvoiceCreateParams;
  line: Stripe.InvoiceAddLinesParams.Line;
}

const EXPAND = ["payments.data.payment.payment_intent"];

/** Creates a draft. Like every call here, it is made once per idempotency key for at least 24 hours. */
export async function createInvoice(params: InvoiceParams, idempotencyKey: string): Promise<string> {
  const { id } = await callStripe(() => stripe().invoices.create(params.invoice, { idempotencyKey }));
  return id;
}

/** Adds the line to a draft. */
export async function addInvoiceLine(
  invoiceId: string,
  params: InvoiceParams,
  idempotencyKey: string,
): Promise<InvoiceFacts> {
  const lines = { lines: [params.line] };
  return invoiceFacts(
    await callStripe(() => stripe().invoices.addLines(invoiceId, lines, { idempotencyKey })),
  );
}

/** Finalizes a draft: it gets a number and can be paid. Stripe itself never tries to. */
export async function finalizeInvoice(invoiceId: string, idempotencyKey: string): Promise<InvoiceFacts> {
  const params = { auto_advance: false };
  return invoiceFacts(
    await callStripe(() => stripe().invoices.finalizeInvoice(invoiceId, params, { idempotencyKey })),
  );
}

/**
 * Charges a card for an open invoice while the customer is away. What came of it is read from the invoice afterwards.
 *
 * @returns the decline that Stripe answered with, if it did
 * @throws StripeRefusedError the invoice cannot be paid: it is paid or void, or the request is wrong
 * @throws StripeUnavailableError the outcome is unknown; the card may have been charged
 */
export async function payInvoice(
  invoiceId: string,
  paymentMethodId: string,
  idempotencyKey: string,
): Promise<InvoiceDecline | null> {
  const params = { off_session: true, payment_method: paymentMethodId };
  try {
    await callStripe(() => stripe().invoices.pay(invoiceId, params, { idempotencyKey }));
    return null;
  } catch (error) {
    if (!isStripeRefusal(error) || !isDecline(error)) throw error;
    const { decline_code, advice_code, charge } = error.cause;
    return {
      code: error.code,
      declineCode: decline_code ?? null,
      adviceCode: advice_code ?? null,
      chargeId: charge ?? null,
      paymentMethodId,
    };
  }
}

/** The status of the answer varies: a payment that needs the customer has been seen as a 400. */
function isDecline({ statusCode, code }: StripeRefusedError): boolean {
  return statusCode === 402 || code === "invoice_payment_intent_requires_action";
}

/** Retrieves an invoice with its payments. Returns null when it does not exist or was deleted. */
export async function retrieveInvoice(invoiceId: string): Promise<InvoiceFacts | null> {
  try {
    const invoice = await callStripe(() => stripe().invoices.retrieve(invoiceId, { expand: EXPAND }));
    return "deleted" in invoice && invoice.deleted ? null : invoiceFacts(invoice);
  } catch (error) {
    if (isStripeRefusal(error) && error.isMissing) return null;
    throw error;
  }
}

/** Lists one page of the paid invoices of all customers, newest first, without their payments. */
export async function listPaidInvoices(window: ListWindow): Promise<Listed<InvoiceFacts>> {
  const params = { ...pageParams(window), status: "paid" } as const;
  return toPage(await callStripe(() => stripe().invoices.list(params)), invoiceFacts);
}

/** Lists the newest 100 invoices of a customer since a time, without their payments. */
export async function listInvoicesOf(stripeCustomerId: string, since: Date): Promise<InvoiceFacts[]> {
  const params = { ...pageParams({ from: since }), customer: stripeCustomerId };
  return toPage(await callStripe(() => stripe().invoices.list(params)), invoiceFacts).items;
}

/** Finds the invoice of a top-up by its metadata, among those of its customer since a time. */
export async function findInvoiceOfIntent(query: {
  stripeCustomerId: string;
  topUpIntentId: string;
  since: Date;
}): Promise<string | null> {
  const pages = stripe().invoices.list({
    customer: query.stripeCustomerId,
    created: { gte: Math.floor(query.since.getTime() / 1000) - 60 },
    limit: 100,
  });
  return callStripe(async () => {
    for await (const { id, metadata } of pages) {
      if (metadata?.topup_intent_id === query.topUpIntentId) return id;
    }
    return null;
  });
}

/** Finds the invoice that a payment is for. Returns null when it is for none. */
export async function findInvoiceOfPayment(paymentIntentId: string): Promise<string | null> {
  const list = await callStripe(() =>
    stripe().invoicePayments.list({
      payment: { type: "payment_intent", payment_intent: paymentIntentId },
      limit: 1,
    }),
  );
  return idOf(list.data[0]?.invoice ?? null);
}

/**
 * Deletes a draft, or voids an open invoice, so that it can never be paid.
 *
 * @throws StripeRefusedError its status does not allow it, for example because it was paid
 */
export async function closeInvoice(
  invoice: { invoiceId: string; status: string | null },
  keys: { del: string; void: string },
): Promise<void> {
  const { invoiceId, status } = invoice;
  if (status === "draft")
    await callStripe(() => stripe().invoices.del(invoiceId, {}, { idempotencyKey: keys.del }));
  else await callStripe(() => stripe().invoices.voidInvoice(invoiceId, {}, { idempotencyKey: keys.void }));
}

import { recordEvent } from "../events/record-event";
import { readLineItems } from "../resources/checkout-sessions/line-items";
import type { Session } from "../resources/checkout-sessions/session";
import { insertItem } from "../resources/invoice-items/invoice-item";
import { findPaymentOf, insertInvoicePayment } from "../resources/invoice-payments/invoice-payment";
import {
  emptyInvoice,
  type Invoice,
  invoiceSaveOptions,
  newInvoiceSecrets,
} from "../resources/invoices/invoice";
import { insertLine, saveLines } from "../resources/invoices/invoice-lines";
import { nextNumber } from "../resources/invoices/next-number";
import { openedInvoice } from "../resources/invoices/opened-invoice";
import { priceInvoice } from "../resources/invoices/price-invoice";
import { settleInvoice } from "../resources/invoices/settle-invoice";
import type { Tx } from "../runtime";
import { insertObject } from "../store/objects";

/**
 * Creates the paid invoice that `invoice_creation` asks for, and returns the session with it. Called once the session
 * is paid and before its event, so that the event names the invoice.
 */
export async function invoiceSession(tx: Tx, session: Session): Promise<Session> {
  const intent = session.payment_intent;
  if (!session.invoice_creation?.enabled || session.invoice || typeof intent !== "string") return session;
  if (session.payment_status !== "paid" || (await findPaymentOf(tx, intent))) return session;
  const draft = draftFor(tx, session);
  const secrets = newInvoiceSecrets();
  await insertObject(tx, draft, invoiceSaveOptions(draft, secrets));
  const priced = await withLines(tx, draft, session);
  await recordEvent(tx, "invoice.created", priced);
  const open = openedInvoice(tx, priced, secrets, await nextNumber(tx, String(session.customer)));
  await recordEvent(tx, "invoice.finalized", open);
  const payment = await insertInvoicePayment(tx, {
    invoice: open.id,
    paymentIntent: intent,
    amountCents: open.amount_due,
    currency: open.currency,
  });
  await settleInvoice(tx, { invoice: open, secrets }, payment);
  return { ...session, invoice: open.id };
}

function draftFor(tx: Tx, session: Session): Invoice {
  const payer = session.customer_details;
  const data = session.invoice_creation?.invoice_data;
  const taxes = session.automatic_tax.enabled;
  return {
    ...emptyInvoice(tx, String(session.customer), session.currency ?? "usd"),
    automatic_tax: {
      disabled_reason: null,
      enabled: taxes,
      liability: taxes ? { type: "self" } : null,
      provider: taxes ? "stripe" : null,
      status: null,
    },
    customer_address: payer?.address ?? null,
    customer_email: payer?.email ?? null,
    customer_name: payer?.name ?? null,
    customer_tax_ids: (payer?.tax_ids ?? []) as Invoice["customer_tax_ids"],
    description: data?.description ?? null,
    footer: data?.footer ?? null,
    metadata: data?.metadata ?? {},
  };
}

/** Copies the line items; their sum must equal what was paid. */
async function withLines(tx: Tx, draft: Invoice, session: Session): Promise<Invoice> {
  const stored = [];
  for (const { price, quantity, description, metadata } of await readLineItems(tx, session.id)) {
    if (!price) throw new Error(`${session.id} has a line item without a price`);
    const item = await insertItem(tx, {
      customer: String(draft.customer),
      price,
      quantity: quantity ?? 1,
      description,
      metadata: metadata ?? {},
      period: { end: tx.now, start: tx.now },
      discountable: true,
      invoice: draft.id,
    });
    stored.push(await insertLine(tx, draft.id, item, price.tax_behavior === "inclusive"));
  }
  const { invoice, lines } = priceInvoice(draft, stored);
  if (invoice.total !== session.amount_total) {
    throw new Error(`${session.id} took ${session.amount_total} and its invoice says ${invoice.total}`);
  }
  await saveLines(tx, lines);
  return invoice;
}

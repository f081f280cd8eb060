import { invalidRequest } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { insertObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { insertItem } from "../invoice-items/invoice-item";
import { findPaymentOf, insertInvoicePayment } from "../invoice-payments";
import { nextNumber, openedInvoice } from "../invoices/finalize-invoice";
import { emptyInvoice, type Invoice, invoiceSaveOptions, newInvoiceSecrets } from "../invoices/invoice";
import { insertLine, saveLines } from "../invoices/invoice-lines";
import { priceInvoice } from "../invoices/price-invoice";
import { settleInvoice } from "../invoices/settle-invoice";
import { readLineItems } from "./line-items";
import { type Session, saveSession } from "./session";

/**
 * Records the end of a bank debit or of a manual capture on its session, which was completed when the customer paid.
 *
 * @returns the id of the event that reports a successful debit
 */
export async function settleSession(
  tx: Tx,
  complete: Session,
  intent: Stripe.PaymentIntent,
): Promise<string | undefined> {
  if (intent.status !== "succeeded") {
    await recordEvent(tx, "checkout.session.async_payment_failed", complete);
    return undefined;
  }
  assertWholeInvoice(complete, intent);
  const session = await invoiceSession(tx, { ...complete, payment_status: "paid" });
  await saveSession(tx, session);
  // A capture is the seller's own action, so no event announces it.
  if (intent.capture_method === "manual") return undefined;
  return recordEvent(tx, "checkout.session.async_payment_succeeded", session);
}

/** Stripe does not document how it invoices a partly captured payment. */
function assertWholeInvoice(session: Session, intent: Stripe.PaymentIntent): void {
  if (!session.invoice_creation?.enabled || intent.amount_received === intent.amount) return;
  throw invalidRequest(
    `This sandbox cannot invoice a part of what was bought. ${session.id} has invoice_creation, so capture the whole amount of ${intent.amount}.`,
    "amount_to_capture",
  );
}

/**
 * Creates the paid invoice that `invoice_creation` asks for; without it, returns the session unchanged. Called before
 * the session's event is recorded, so that the event names the invoice.
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

/** @throws Error if the lines do not add up to what was paid */
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

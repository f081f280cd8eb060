import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { findPaymentOf, type InvoicePayment, payInvoicePayment } from "../invoice-payments";
import type { PaymentResult } from "../payment-intents/payment-intent";
import { type Invoice, type LoadedInvoice, loadInvoice, saveInvoice } from "./invoice";

/** Marks an invoice as paid; without a payment if nothing was due. */
export async function settleInvoice(
  tx: Tx,
  { invoice: open, secrets }: LoadedInvoice,
  payment: InvoicePayment | undefined,
): Promise<Invoice> {
  // Only the first attempt counts, not retries.
  const paid: Invoice = { ...asPaid(tx, open), attempt_count: payment ? 1 : open.attempt_count };
  await saveInvoice(tx, paid, secrets);
  await recordEvent(tx, "invoice.updated", paid, changedAttributes(open, paid));
  await recordEvent(tx, "invoice.paid", paid);
  await recordEvent(tx, "invoice.payment_succeeded", paid);
  if (payment) await recordEvent(tx, "invoice_payment.paid", await payInvoicePayment(tx, payment));
  return paid;
}

export function asPaid(tx: Tx, open: Invoice): Invoice {
  return {
    ...open,
    amount_paid: open.amount_due,
    amount_remaining: 0,
    attempted: true,
    auto_advance: false,
    status: "paid",
    status_transitions: { ...open.status_transitions, paid_at: tx.now },
  };
}

/** Settles the invoice of a charge, whether it was made through the API, on a page or after 3-D Secure. */
export async function settleAfterCharge(tx: Tx, charge: Stripe.Charge): Promise<void> {
  if (typeof charge.payment_intent !== "string") return;
  const payment = await findPaymentOf(tx, charge.payment_intent);
  if (payment?.status !== "open") return;
  await settleInvoice(tx, await loadInvoice(tx, String(payment.invoice)), payment);
}

/** Records a failed payment attempt; the invoice stays open. */
export async function failPayment(tx: Tx, loaded: LoadedInvoice): Promise<Invoice> {
  const failed = await markAttempted(tx, loaded);
  await recordEvent(tx, "invoice.payment_failed", failed);
  return failed;
}

/** Records that the customer has to act, usually with 3-D Secure, before the invoice can be paid. */
export async function requireAction(tx: Tx, loaded: LoadedInvoice): Promise<Invoice> {
  const waiting = await markAttempted(tx, loaded);
  await recordEvent(tx, "invoice.payment_action_required", waiting);
  return waiting;
}

/** Only the first attempt counts, not retries. */
async function markAttempted(tx: Tx, { invoice, secrets }: LoadedInvoice): Promise<Invoice> {
  if (invoice.attempted) return invoice;
  const attempted: Invoice = { ...invoice, attempt_count: 1, attempted: true };
  await saveInvoice(tx, attempted, secrets);
  await recordEvent(tx, "invoice.updated", attempted, changedAttributes(invoice, attempted));
  return attempted;
}

/**
 * Updates the invoice of a payment that ended outside a request to pay the invoice: after 3-D Secure, or by
 * confirming its PaymentIntent. A successful card charge has already settled it.
 *
 * @returns where the customer goes next; undefined for a payment without an invoice
 */
export async function updateInvoiceAfterPayment(
  tx: Tx,
  { intent }: PaymentResult,
): Promise<{ redirectUrl: string | null } | undefined> {
  const payment = await findPaymentOf(tx, intent.id);
  if (!payment) return undefined;
  const loaded = await loadInvoice(tx, String(payment.invoice));
  const page = loaded.invoice.hosted_invoice_url ?? null;
  if (payment.status !== "open") return { redirectUrl: page };
  if (intent.status === "succeeded") await settleInvoice(tx, loaded, payment);
  if (intent.status === "requires_action") await requireAction(tx, loaded);
  if (intent.status !== "requires_payment_method") return { redirectUrl: page };
  await failPayment(tx, loaded);
  return { redirectUrl: page && `${page}?tried` };
}

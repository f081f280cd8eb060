import type { ApiRequest } from "../../api/operation";
import { invalidRequest } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { changeCustomerBalance } from "../customers/customer-balance";
import { cancelInvoicePayment, findOpenPayment } from "../invoice-payments";
import { loadObject } from "../load-object";
import { releaseIntent } from "../payment-intents/cancel-payment-intent";
import { type Invoice, type LoadedInvoice, loadInvoice, saveInvoice } from "./invoice";

/** Voids a finalized invoice; it can never be paid. */
export async function voidInvoice(tx: Tx, { ids }: ApiRequest): Promise<Invoice> {
  const loaded = await loadClosable(tx, ids.invoice ?? "", ["open", "uncollectible"]);
  await cancelInvoiceIntent(tx, loaded.invoice.id, "void_invoice");
  await restoreCustomerBalance(tx, loaded.invoice);
  const transitions = { ...loaded.invoice.status_transitions, voided_at: tx.now };
  return close(tx, loaded, "void", transitions, "invoice.voided");
}

/** Marks an invoice as uncollectible; it can still be paid or voided. */
export async function markUncollectible(tx: Tx, { ids }: ApiRequest): Promise<Invoice> {
  const loaded = await loadClosable(tx, ids.invoice ?? "", ["open"]);
  const transitions = { ...loaded.invoice.status_transitions, marked_uncollectible_at: tx.now };
  return close(tx, loaded, "uncollectible", transitions, "invoice.marked_uncollectible");
}

async function loadClosable(tx: Tx, id: string, allowed: string[]): Promise<LoadedInvoice> {
  const loaded = await loadInvoice(tx, id);
  if (allowed.includes(String(loaded.invoice.status))) return loaded;
  throw invalidRequest(
    `You can only pass in ${allowed.join(" or ")} invoices. This invoice isn't ${allowed[0]}.`,
  );
}

async function close(
  tx: Tx,
  { invoice: before, secrets }: LoadedInvoice,
  status: "void" | "uncollectible",
  transitions: Invoice["status_transitions"],
  event: string,
): Promise<Invoice> {
  const invoice: Invoice = { ...before, auto_advance: false, status, status_transitions: transitions };
  await saveInvoice(tx, invoice, secrets);
  await recordEvent(tx, "invoice.updated", invoice, changedAttributes(before, invoice));
  await recordEvent(tx, event, invoice);
  return invoice;
}

/** Reverses what the finalization took from the customer's balance, or settled on it. */
async function restoreCustomerBalance(tx: Tx, invoice: Invoice): Promise<void> {
  const used = invoice.starting_balance - (invoice.ending_balance ?? 0);
  const stored = await findObject<Stripe.Customer>(tx, "customer", String(invoice.customer), "lock");
  if (used === 0 || !stored || stored.deleted) return;
  await changeCustomerBalance(tx, stored.data, stored.data, {
    amountCents: used,
    type: "unapplied_from_invoice",
    invoice: invoice.id,
  });
}

/** Cancels the PaymentIntent of an unpaid invoice. */
export async function cancelInvoiceIntent(
  tx: Tx,
  invoiceId: string,
  reason: "automatic" | "void_invoice",
): Promise<void> {
  const payment = await findOpenPayment(tx, invoiceId);
  if (!payment) return;
  const id = String(payment.payment.payment_intent);
  const { data: intent } = await loadObject<Stripe.PaymentIntent>(tx, "payment_intent", id, "lock");
  await releaseIntent(tx, intent, reason);
  await cancelInvoicePayment(tx, payment);
}

import { type CheckoutForm, type FieldErrors, readNewCard } from "../checkout/checkout-form";
import type { Invoice } from "../resources/invoices/invoice";
import { findInvoiceByToken, loadInvoice } from "../resources/invoices/invoice";
import { chargeInvoice } from "../resources/invoices/pay-invoice";
import { createCard, customerCards } from "../resources/payment-methods/payment-method";
import { inTransaction, NO_REQUEST, type Runtime, type Tx } from "../runtime";
import type { Stripe } from "../stripe-types";
import { addressOf } from "../three-d-secure/challenge";

/** Outcome of one click on Pay. */
type InvoicePayOutcome =
  | { kind: "paid" }
  | { kind: "authenticate"; url: string }
  | { kind: "declined"; message: string }
  | { kind: "invalid"; errors: FieldErrors }
  /** Already paid or voided, or unknown. */
  | { kind: "closed" };

/** Pays an invoice as the page's form says. Locks the invoice's row, so the second of two clicks finds it paid. */
export function payHostedInvoice(
  runtime: Runtime,
  token: string,
  form: CheckoutForm,
): Promise<InvoicePayOutcome> {
  return inTransaction(runtime, NO_REQUEST, (tx) => attempt(tx, token, form));
}

async function attempt(tx: Tx, token: string, form: CheckoutForm): Promise<InvoicePayOutcome> {
  const found = await findInvoiceByToken(tx, token);
  if (!found) return { kind: "closed" };
  const loaded = await loadInvoice(tx, found.id);
  if (!isPayable(loaded.invoice)) return { kind: "closed" };
  const method = await chosenMethod(tx, loaded.invoice, form);
  if (!("object" in method)) return { kind: "invalid", errors: method };
  const { intent, refusal } = await chargeInvoice(tx, loaded, method, {
    offSession: false,
    returnUrl: loaded.invoice.hosted_invoice_url ?? null,
    save: null,
  });
  const url = addressOf(intent.next_action);
  if (intent.status === "requires_action" && url) return { kind: "authenticate", url };
  return refusal ? { kind: "declined", message: refusal.message } : { kind: "paid" };
}

function isPayable({ status }: Invoice): boolean {
  return status === "open" || status === "uncollectible";
}

/** Returns a saved card of this customer, or a new card for this payment only. */
async function chosenMethod(
  tx: Tx,
  invoice: Invoice,
  form: CheckoutForm,
): Promise<Stripe.PaymentMethod | FieldErrors> {
  if (form.savedCard) {
    const cards = await customerCards(tx, String(invoice.customer));
    const saved = cards.find((card) => card.id === form.savedCard);
    return saved ?? { savedCard: "That saved card can no longer be used." };
  }
  const card = readNewCard(form, tx.now);
  if (!("card" in card)) return card;
  return createCard(tx, {
    ...card,
    billing: { name: form.name.trim(), email: invoice.customer_email, address: null },
  });
}

import type { ApiRequest } from "../../api/operation";
import { invalidRequest, type StripeError } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { customerSaveOptions, saveCustomer } from "../customers/customer";
import { insertBalanceChange } from "../customers/customer-balance";
import { insertInvoicePayment } from "../invoice-payments";
import { loadObject } from "../load-object";
import { buildPaymentIntent, insertPaymentIntent } from "../payment-intents/payment-intent";
import {
  changeInvoice,
  type Invoice,
  type InvoiceSecrets,
  type LoadedInvoice,
  loadDraft,
  saveInvoice,
  withLinks,
} from "./invoice";
import { saveLines } from "./invoice-lines";
import { type PricedInvoice, refreshDraft } from "./price-invoice";
import { settleInvoice } from "./settle-invoice";

const MIN_CHARGE_CENTS = 50;
const ALREADY_FINAL = "This invoice is already finalized, you can't re-finalize a non-draft invoice.";

/** Finalizes a draft and creates its PaymentIntent; an invoice with nothing due is paid at once. */
export async function finalizeInvoice(tx: Tx, { ids }: ApiRequest): Promise<Invoice | StripeError> {
  return finalizeDraft(tx, await loadDraft(tx, ids.invoice ?? "", ALREADY_FINAL));
}

export async function finalizeDraft(tx: Tx, loaded: LoadedInvoice): Promise<Invoice | StripeError> {
  const priced = await refreshDraft(tx, loaded.invoice);
  if (priced.invoice.automatic_tax.status === "requires_location_inputs") {
    return refuseWithoutLocation(tx, loaded, priced.invoice);
  }
  const open = await openInvoice(tx, loaded, priced);
  if (open.amount_due === 0) return settleInvoice(tx, { ...loaded, invoice: open }, undefined);
  return open;
}

async function openInvoice(tx: Tx, loaded: LoadedInvoice, priced: PricedInvoice): Promise<Invoice> {
  const number = await nextNumber(tx, String(priced.invoice.customer));
  const open = openedInvoice(tx, priced.invoice, loaded.secrets, number);
  await applyBalance(tx, open);
  await saveLines(tx, priced.lines);
  if (open.amount_due > 0) await insertPayment(tx, open);
  await saveInvoice(tx, open, loaded.secrets);
  await recordEvent(tx, "invoice.updated", open, changedAttributes(loaded.invoice, open));
  await recordEvent(tx, "invoice.finalized", open);
  return open;
}

/** Applies the customer's balance to the invoice, and an amount that is too small to charge to the balance. */
async function applyBalance(tx: Tx, invoice: Invoice): Promise<void> {
  const { data } = await loadObject<Stripe.Customer>(tx, "customer", String(invoice.customer), "lock");
  const endingBalance = invoice.ending_balance ?? 0;
  const carriedCents = Math.max(0, endingBalance);
  const appliedCents = endingBalance - carriedCents - data.balance;
  await saveCustomer(tx, data, { ...data, balance: endingBalance });
  const change = { invoice: invoice.id };
  if (appliedCents !== 0) {
    await insertBalanceChange(tx, data, endingBalance - carriedCents, {
      ...change,
      amountCents: appliedCents,
      type: "applied_to_invoice",
    });
  }
  if (carriedCents === 0) return;
  await insertBalanceChange(tx, data, endingBalance, {
    ...change,
    amountCents: carriedCents,
    type: "invoice_too_small",
  });
}

async function insertPayment(tx: Tx, invoice: Invoice): Promise<void> {
  const intent = buildPaymentIntent(tx, {
    amountCents: invoice.amount_due,
    currency: invoice.currency,
    customer: String(invoice.customer),
    description: "Payment for Invoice",
    metadata: {},
    receiptEmail: null,
    setupFutureUsage: null,
    statementDescriptorSuffix: null,
    allowedPaymentMethodTypes: null,
  });
  await insertPaymentIntent(tx, intent);
  await insertInvoicePayment(tx, {
    invoice: invoice.id,
    paymentIntent: intent.id,
    amountCents: invoice.amount_due,
    currency: invoice.currency,
  });
}

/** Keeps the draft with the error on it, until the customer's address is completed. */
async function refuseWithoutLocation(tx: Tx, loaded: LoadedInvoice, draft: Invoice): Promise<StripeError> {
  const refusal = invalidRequest(
    "The customer's location isn't recognized. Set a valid customer address in order to automatically calculate tax.",
    undefined,
    "customer_tax_location_invalid",
  );
  const failed: Invoice = {
    ...draft,
    last_finalization_error: {
      ...refusal.body.error,
    } as Invoice["last_finalization_error"],
  };
  await changeInvoice(tx, loaded, failed);
  await recordEvent(tx, "invoice.finalization_failed", failed);
  return refusal;
}

/** Returns the draft as an open invoice, with a number, a page and a PDF. */
export function openedInvoice(tx: Tx, draft: Invoice, secrets: InvoiceSecrets, number: string): Invoice {
  const dueCents = draft.total + draft.starting_balance;
  const isCharged = dueCents >= MIN_CHARGE_CENTS;
  return {
    ...withLinks(tx, draft, secrets),
    // Less than the minimum is not charged: it is carried over to the customer's next invoice.
    amount_due: isCharged ? dueCents : 0,
    amount_remaining: isCharged ? dueCents : 0,
    effective_at: tx.now,
    ending_balance: isCharged ? 0 : dueCents,
    last_finalization_error: null,
    number,
    status: "open",
    status_transitions: { ...draft.status_transitions, finalized_at: tx.now },
  };
}

/** Takes the customer's next invoice number. Stripe does not announce the change of the sequence. */
export async function nextNumber(tx: Tx, customerId: string): Promise<string> {
  const stored = await findObject<Stripe.Customer>(tx, "customer", customerId, "lock");
  if (!stored || stored.deleted) {
    throw invalidRequest("The customer of this invoice was deleted, so it cannot be finalized.");
  }
  const sequence = stored.data.next_invoice_sequence ?? 1;
  const counted: Stripe.Customer = { ...stored.data, next_invoice_sequence: sequence + 1 };
  await updateObject(tx, counted, customerSaveOptions(counted));
  return `${counted.invoice_prefix}-${String(sequence).padStart(4, "0")}`;
}

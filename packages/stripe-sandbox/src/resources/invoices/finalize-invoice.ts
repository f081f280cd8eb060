import type { ApiRequest } from "../../api/operation";
import { invalidRequest, type StripeError } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { insertObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { saveCustomer } from "../customers/update-customer";
import { insertInvoicePayment } from "../invoice-payments/invoice-payment";
import { loadObject } from "../load-object";
import { buildPaymentIntent, paymentIntentSaveOptions } from "../payment-intents/payment-intent";
import { changeInvoice } from "./change-invoice";
import { type Invoice, saveInvoice } from "./invoice";
import { saveLines } from "./invoice-lines";
import { type LoadedInvoice, loadDraft } from "./load-invoice";
import { nextNumber } from "./next-number";
import { openedInvoice } from "./opened-invoice";
import type { PricedInvoice } from "./price-invoice";
import { refreshDraft } from "./refresh-draft";
import { settleInvoice } from "./settle-invoice";

const MIN_CHARGE_CENTS = 50;
const ALREADY_FINAL = "This invoice is already finalized, you can't re-finalize a non-draft invoice.";

/** Closes a draft to changes and makes its PaymentIntent; an invoice with nothing due is paid at once. */
export async function finalizeInvoice(tx: Tx, { ids }: ApiRequest): Promise<Invoice | StripeError> {
  return finalizeDraft(tx, await loadDraft(tx, ids.invoice ?? "", ALREADY_FINAL));
}

export async function finalizeDraft(tx: Tx, loaded: LoadedInvoice): Promise<Invoice | StripeError> {
  const priced = await refreshDraft(tx, loaded.invoice);
  if (priced.invoice.automatic_tax.status === "requires_location_inputs") {
    return refuseWithoutLocation(tx, loaded, priced.invoice);
  }
  assertChargeable(priced.invoice);
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

/** What the customer had (or owed) before is part of this invoice now. */
async function applyBalance(tx: Tx, { customer, ending_balance: balance }: Invoice): Promise<void> {
  const { data } = await loadObject<Stripe.Customer>(tx, "customer", String(customer), "lock");
  await saveCustomer(tx, data, { ...data, balance: balance ?? 0 });
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
  await insertObject(tx, intent, paymentIntentSaveOptions(intent));
  await recordEvent(tx, "payment_intent.created", intent);
  await insertInvoicePayment(tx, {
    invoice: invoice.id,
    paymentIntent: intent.id,
    amountCents: invoice.amount_due,
    currency: invoice.currency,
  });
}

/** The draft stays, with the reason on it; somebody has to complete the customer's address. */
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

function assertChargeable({ amount_due: due }: Invoice): void {
  if (due === 0 || due >= MIN_CHARGE_CENTS) return;
  throw invalidRequest(
    "This sandbox does not carry amounts below the minimum charge of $0.50 over to the customer's balance yet.",
    undefined,
    "amount_too_small",
  );
}

import { invalidRequest } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import { findObjects, type SaveOptions, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadLive } from "../load-object";

export type Invoice = Stripe.Invoice;
export type InvoiceLine = Stripe.InvoiceLineItem;

/** Stored with an invoice and never returned. */
export interface InvoiceSecrets extends Record<string, unknown> {
  /** Part of the URLs of the invoice's page and PDF. */
  token: string;
  /** When a later link replaced the first one, in Unix seconds. */
  linkRenewedAt?: number;
}

const LINK_SECONDS = 30 * 86_400;

/** Tells whether the link to the invoice's page has expired: 30 days after the invoice was finalized. */
export function isLinkExpired(tx: Tx, { invoice, secrets }: LoadedInvoice): boolean {
  const since = secrets.linkRenewedAt ?? invoice.status_transitions.finalized_at;
  return typeof since === "number" && tx.now >= since + LINK_SECONDS;
}

/** Adds the links of the invoice's page and PDF. */
export function withLinks(tx: Tx, invoice: Invoice, { token }: InvoiceSecrets): Invoice {
  const page = `${tx.publicUrl}/invoices/${token}`;
  return { ...invoice, hosted_invoice_url: page, invoice_pdf: `${page}/pdf` };
}

/** Replaces an expired link by a new one, valid for another 30 days. Nothing announces it. */
export async function renewLink(tx: Tx, invoiceId: string): Promise<Invoice> {
  const loaded = await loadInvoice(tx, invoiceId);
  if (!isLinkExpired(tx, loaded)) return loaded.invoice;
  const secrets: InvoiceSecrets = { ...newInvoiceSecrets(), linkRenewedAt: tx.now };
  const renewed = withLinks(tx, loaded.invoice, secrets);
  await saveInvoice(tx, renewed, secrets);
  return renewed;
}

export function emptyInvoice(tx: Tx, customer: string, currency: string): Invoice {
  const id = newStripeId("in");
  return {
    id,
    object: "invoice",
    account_country: "US",
    account_name: "Stripe sandbox",
    account_tax_ids: null,
    amount_due: 0,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: false,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: "manual",
    collection_method: "charge_automatically",
    created: tx.now,
    currency,
    custom_fields: null,
    customer,
    customer_account: null,
    customer_address: null,
    customer_email: null,
    customer_name: null,
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: "none",
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: null,
    ending_balance: null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: "self" },
    last_finalization_error: null,
    latest_revision: null,
    lines: { object: "list", data: [], has_more: false, url: `/v1/invoices/${id}/lines` },
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    number: null,
    on_behalf_of: null,
    parent: null,
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: tx.now,
    period_start: tx.now,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: "draft",
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: 0,
    subtotal_excluding_tax: 0,
    test_clock: null,
    total: 0,
    total_discount_amounts: [],
    total_excluding_tax: 0,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: null,
  };
}

export function newInvoiceSecrets(): InvoiceSecrets {
  return { token: `test_${randomLetters(48)}` };
}

export function invoiceSaveOptions(invoice: Invoice, secrets?: InvoiceSecrets): SaveOptions {
  return {
    refs: {
      customer: invoice.customer as string,
      status: invoice.status,
      collection_method: invoice.collection_method,
      ...(secrets && { token: secrets.token }),
    },
    ...(secrets && { private: secrets }),
  };
}

export async function saveInvoice(tx: Tx, invoice: Invoice, secrets: InvoiceSecrets): Promise<void> {
  await updateObject(tx, invoice, invoiceSaveOptions(invoice, secrets));
}

export interface LoadedInvoice {
  invoice: Invoice;
  secrets: InvoiceSecrets;
}

/**
 * Locks and returns an invoice.
 *
 * @throws StripeError 404 for an unknown id
 */
export async function loadInvoice(tx: Tx, id: string): Promise<LoadedInvoice> {
  const stored = await loadLive<Invoice>(tx, "invoice", id);
  return { invoice: stored.data, secrets: stored.private as InvoiceSecrets };
}

/** @throws StripeError 404 for an unknown id, 400 with the message for an invoice that is not a draft */
export async function loadDraft(tx: Tx, id: string, message: string): Promise<LoadedInvoice> {
  const loaded = await loadInvoice(tx, id);
  if (loaded.invoice.status !== "draft") throw invalidRequest(message, undefined, "invoice_not_editable");
  return loaded;
}

/** Returns the invoice of a link; undefined for an unknown or expired one. */
export async function findInvoiceByToken(tx: Tx, token: string): Promise<Invoice | undefined> {
  const [stored] = await findObjects<Invoice>(tx, "invoice", { token });
  if (!stored) return undefined;
  const loaded = { invoice: stored.data, secrets: stored.private as InvoiceSecrets };
  return isLinkExpired(tx, loaded) ? undefined : loaded.invoice;
}

/** Stores and announces a changed invoice; does nothing if nothing changed. */
export async function changeInvoice(tx: Tx, before: LoadedInvoice, after: Invoice): Promise<void> {
  const previous = changedAttributes(before.invoice, after);
  if (!previous) return;
  await saveInvoice(tx, after, before.secrets);
  await recordEvent(tx, "invoice.updated", after, previous);
}

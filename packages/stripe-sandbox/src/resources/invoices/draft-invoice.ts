import { bracketPath } from "../../api/bracket-path";
import type { ApiRequest } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObjects, insertObject, markDeleted, type StripeObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { assertOwnMethod } from "../customers/customer";
import {
  assignToInvoice,
  type ItemSecrets,
  itemFromParams,
  pendingItems,
} from "../invoice-items/invoice-item";
import { loadReferenced } from "../load-object";
import {
  booleanOr,
  enumOr,
  isEnabled,
  listOf,
  mapOf,
  mergeMetadata,
  numberOr,
  textOr,
  textsOf,
  updatedText,
} from "../params";
import {
  emptyInvoice,
  type Invoice,
  invoiceSaveOptions,
  loadDraft,
  loadInvoice,
  newInvoiceSecrets,
} from "./invoice";
import { insertLine, readLines, saveLines } from "./invoice-lines";
import { refreshDraft, repriceDraft } from "./price-invoice";

/** Creates a draft; with `pending_invoice_items_behavior=include`, from the customer's pending items. */
export async function createInvoice(tx: Tx, { params }: ApiRequest): Promise<Invoice> {
  const customerId = textOr(params.customer, "");
  const { data: customer } = await loadReferenced<Stripe.Customer>(tx, "customer", customerId, "customer");
  await assertOwnMethod(tx, params.default_payment_method, customerId, "default_payment_method");
  const currency = textOr(params.currency, customer.currency ?? "usd").toLowerCase();
  const draft = applyInvoiceParams(tx, emptyInvoice(tx, customerId, currency), params);
  if (params.pending_invoice_items_behavior === "include") await takePendingItems(tx, draft);
  const { invoice, lines } = await refreshDraft(tx, draft);
  await saveLines(tx, lines);
  await insertObject(tx, invoice, invoiceSaveOptions(invoice, newInvoiceSecrets()));
  await recordEvent(tx, "invoice.created", invoice);
  return invoice;
}

async function takePendingItems(tx: Tx, { id, customer, currency }: Invoice): Promise<void> {
  for (const { data, private: secrets } of await pendingItems(tx, String(customer), currency)) {
    await insertLine(tx, id, await assignToInvoice(tx, data, id), (secrets as ItemSecrets).inclusive);
  }
}

/** May change while a finalized invoice is open. */
const AFTER_FINALIZATION = ["auto_advance", "days_until_due", "default_payment_method", "due_date"];
/** May change at any time. */
const ALWAYS = ["expand", "metadata"];

export async function updateInvoice(tx: Tx, { params, ids }: ApiRequest): Promise<Invoice> {
  const loaded = await loadInvoice(tx, ids.invoice ?? "");
  assertEditable(loaded.invoice, Object.keys(params));
  const customer = String(loaded.invoice.customer);
  await assertOwnMethod(tx, params.default_payment_method, customer, "default_payment_method");
  return repriceDraft(tx, loaded, applyInvoiceParams(tx, loaded.invoice, params));
}

function assertEditable({ status }: Invoice, names: string[]): void {
  if (status === "draft") return;
  const allowed = status === "open" ? [...ALWAYS, ...AFTER_FINALIZATION] : ALWAYS;
  const refused = names.find((name) => !allowed.includes(name));
  if (!refused) return;
  throw invalidRequest("Finalized invoices can't be updated in this way", refused, "invoice_not_editable");
}

/** Deletes a draft with its lines. A finalized invoice can only be voided. */
export async function deleteInvoice(tx: Tx, id: string): Promise<Stripe.DeletedInvoice> {
  const { invoice } = await loadDraft(tx, id, "You can only delete draft invoices");
  for (const { line } of await readLines(tx, id)) {
    await markDeleted(tx, { id: line.id, object: line.object });
  }
  for (const { data: item } of await findObjects(tx, "invoiceitem", { invoice: id })) {
    await markDeleted(tx, { id: item.id, object: item.object, deleted: true } as StripeObject);
  }
  const stub: Stripe.DeletedInvoice = { id, object: "invoice", deleted: true };
  await markDeleted(tx, stub);
  await recordEvent(tx, "invoice.deleted", invoice);
  return stub;
}

export async function addLines(tx: Tx, { params, ids }: ApiRequest): Promise<Invoice> {
  const loaded = await loadDraft(tx, ids.invoice ?? "", "This invoice is no longer editable");
  const { invoice } = loaded;
  for (const [index, entry] of (listOf(params.lines) ?? []).entries()) {
    const { item, inclusive } = await itemFromParams(tx, mapOf(entry) ?? {}, {
      customer: String(invoice.customer),
      invoice: invoice.id,
      currency: invoice.currency,
      path: bracketPath("lines", index),
    });
    await insertLine(tx, invoice.id, item, inclusive);
  }
  const metadata = mergeMetadata(invoice.metadata, params.invoice_metadata);
  return repriceDraft(tx, loaded, { ...invoice, metadata });
}

const DAY_SECONDS = 86_400;

/** Applies the parameters of a create or an update. */
function applyInvoiceParams(tx: Tx, invoice: Invoice, params: Params): Invoice {
  return {
    ...invoice,
    auto_advance: booleanOr(params.auto_advance, invoice.auto_advance),
    automatic_tax: automaticTax(invoice.automatic_tax, params),
    collection_method: enumOr(params.collection_method, invoice.collection_method),
    custom_fields: params.custom_fields === undefined ? invoice.custom_fields : customFields(params),
    default_payment_method: updatedText(
      params.default_payment_method,
      invoice.default_payment_method as string | null,
    ),
    description: updatedText(params.description, invoice.description),
    due_date: dueDate(tx, invoice, params),
    footer: updatedText(params.footer, invoice.footer),
    metadata: mergeMetadata(invoice.metadata, params.metadata),
    payment_settings: paymentSettings(invoice.payment_settings, params),
    rendering: params.rendering === undefined ? invoice.rendering : rendering(params),
    statement_descriptor: updatedText(params.statement_descriptor, invoice.statement_descriptor),
  };
}

function automaticTax(current: Invoice["automatic_tax"], params: Params): Invoice["automatic_tax"] {
  if (params.automatic_tax === undefined) return current;
  const enabled = isEnabled(params.automatic_tax);
  return {
    disabled_reason: null,
    enabled,
    liability: enabled ? { type: "self" } : null,
    provider: enabled ? "stripe" : null,
    status: null,
  };
}

function customFields(params: Params): Stripe.Invoice.CustomField[] | null {
  const fields = listOf(params.custom_fields) ?? [];
  if (fields.length === 0) return null;
  return fields.map((field) => {
    const { name, value } = mapOf(field) ?? {};
    return { name: textOr(name, ""), value: textOr(value, "") };
  });
}

function dueDate(tx: Tx, invoice: Invoice, params: Params): number | null {
  if (typeof params.days_until_due === "number") return tx.now + params.days_until_due * DAY_SECONDS;
  return numberOr(params.due_date, invoice.due_date);
}

function paymentSettings(current: Invoice["payment_settings"], params: Params): Invoice["payment_settings"] {
  const change = mapOf(params.payment_settings);
  if (change?.payment_method_types === undefined) return current;
  const types = textsOf(change.payment_method_types) ?? null;
  return { ...current, payment_method_types: types as Invoice["payment_settings"]["payment_method_types"] };
}

function rendering(params: Params): Stripe.Invoice.Rendering | null {
  const change = mapOf(params.rendering);
  if (!change) return null;
  return {
    amount_tax_display: textOr(change.amount_tax_display, null),
    pdf: { page_size: enumOr(mapOf(change.pdf)?.page_size, "auto") },
    template: null,
    template_version: null,
  };
}

import { listObjects } from "../../api/list-objects";
import type { ApiRequest, Operation } from "../../api/operation";
import { invalidRequest, missingParameter } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObjects, markDeleted } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { checkLine } from "../invoices/check-invoice";
import { type LoadedInvoice, loadDraft } from "../invoices/invoice";
import { insertLine } from "../invoices/invoice-lines";
import { repriceDraft } from "../invoices/price-invoice";
import { loadLive, loadReferenced, retrieveOperation } from "../load-object";
import { refuseUnsupported, textOr } from "../params";
import { type InvoiceItem, itemFromParams } from "./invoice-item";

const NOT_EDITABLE = "This invoice is no longer editable";

export const invoiceItemOperations: readonly Operation[] = [
  { id: "InvoiceItems.create", check: checkItem, run: createItem },
  retrieveOperation("InvoiceItems.retrieve", "invoiceitem", "invoiceitem"),
  { id: "InvoiceItems.list", check: checkList, run: listItems },
  { id: "InvoiceItems.del", run: deleteItem },
];

function checkItem({ params }: ApiRequest): void {
  refuseUnsupported(params, ["customer_account", "subscription", "unit_amount_decimal"]);
  if (params.customer === undefined) throw missingParameter("customer");
  if (params.amount !== undefined && params.currency === undefined) throw missingParameter("currency");
  checkLine(params, "");
}

async function createItem(tx: Tx, { params }: ApiRequest): Promise<InvoiceItem> {
  const customer = textOr(params.customer, "");
  await loadReferenced(tx, "customer", customer, "customer");
  const draft = typeof params.invoice === "string" ? await draftOf(tx, customer, params.invoice) : undefined;
  const { item, inclusive } = await itemFromParams(tx, params, {
    customer,
    invoice: draft?.invoice.id ?? null,
    ...(draft && { currency: draft.invoice.currency }),
    path: "",
  });
  await recordEvent(tx, "invoiceitem.created", item);
  if (!draft) return item;
  await insertLine(tx, draft.invoice.id, item, inclusive);
  await repriceDraft(tx, draft);
  return item;
}

async function draftOf(tx: Tx, customer: string, id: string): Promise<LoadedInvoice> {
  await loadReferenced(tx, "invoice", id, "invoice");
  const draft = await loadDraft(tx, id, NOT_EDITABLE);
  if (draft.invoice.customer === customer) return draft;
  throw invalidRequest("The specified invoice belongs to another customer.", "invoice");
}

function checkList({ params }: ApiRequest): void {
  refuseUnsupported(params, ["customer_account"]);
}

function listItems(tx: Tx, request: ApiRequest) {
  return listObjects(tx, request, {
    type: "invoiceitem",
    noun: "invoiceitem",
    filters: ["customer", "invoice", "pending"],
  });
}

/** Deletes an item and its line. An item of a finalized invoice cannot be deleted. */
async function deleteItem(tx: Tx, { ids }: ApiRequest): Promise<Stripe.DeletedInvoiceItem> {
  const { data: item } = await loadLive<InvoiceItem>(tx, "invoiceitem", ids.invoiceitem ?? "");
  const stub: Stripe.DeletedInvoiceItem = { id: item.id, object: "invoiceitem", deleted: true };
  const draft =
    typeof item.invoice === "string" ? await loadDraft(tx, item.invoice, NOT_EDITABLE) : undefined;
  await markDeleted(tx, stub);
  await recordEvent(tx, "invoiceitem.deleted", item);
  if (!draft) return stub;
  for (const { data } of await findObjects(tx, "line_item", { invoice_item: item.id })) {
    await markDeleted(tx, { id: data.id, object: data.object });
  }
  await repriceDraft(tx, draft);
  return stub;
}

import { listObjects } from "../../api/list-objects";
import type { ApiRequest, Operation } from "../../api/operation";
import { invalidRequest, missingParameter } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObjects, markDeleted } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { refuseNotBuilt } from "../catalog/refuse-not-built";
import { checkLine } from "../invoices/check-lines";
import { insertLine } from "../invoices/invoice-lines";
import { type LoadedInvoice, loadDraft } from "../invoices/load-invoice";
import { repriceDraft } from "../invoices/reprice-draft";
import { loadLive, loadReferenced } from "../load-object";
import { textOr } from "../param-readers";
import { retrieveOperation } from "../read-operations";
import type { InvoiceItem } from "./invoice-item";
import { itemFromParams } from "./item-from-params";

const NOT_EDITABLE = "This invoice is no longer editable";

export const invoiceItemOperations: readonly Operation[] = [
  { id: "InvoiceItems.create", check: checkItem, run: createItem },
  retrieveOperation("InvoiceItems.retrieve", "invoiceitem", "invoiceitem"),
  { id: "InvoiceItems.list", check: checkList, run: listItems },
  { id: "InvoiceItems.del", run: deleteItem },
];

function checkItem({ params }: ApiRequest): void {
  refuseNotBuilt(params, ["customer_account", "subscription", "unit_amount_decimal"]);
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
  refuseNotBuilt(params, ["customer_account"]);
}

function listItems(tx: Tx, request: ApiRequest) {
  return listObjects(tx, request, {
    type: "invoiceitem",
    noun: "invoiceitem",
    filters: ["customer", "invoice", "pending"],
  });
}

/** An item leaves with its line; what was finalized keeps both. */
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

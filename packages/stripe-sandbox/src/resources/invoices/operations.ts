import { listObjects } from "../../api/list-objects";
import type { ApiRequest, Operation } from "../../api/operation";
import { invalidRequest, StripeError } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { loadObject } from "../load-object";
import { refuseUnsupported } from "../params";
import { checkAdvance, checkInvoice, checkLines } from "./check-invoice";
import { markUncollectible, voidInvoice } from "./close-invoice";
import { addLines, createInvoice, deleteInvoice, updateInvoice } from "./draft-invoice";
import { finalizeDraft, finalizeInvoice } from "./finalize-invoice";
import { type Invoice, type InvoiceSecrets, isLinkExpired, loadInvoice, renewLink } from "./invoice";
import { checkPay, payInvoice } from "./pay-invoice";
import { refreshDraft } from "./price-invoice";

const CAN_UNSET = ["description", "footer", "statement_descriptor", "default_payment_method"];

export const invoiceOperations: readonly Operation[] = [
  { id: "Invoices.create", canUnset: CAN_UNSET, check: checkInvoice, run: createInvoice },
  { id: "Invoices.retrieve", run: retrieveInvoice },
  { id: "Invoices.update", canUnset: CAN_UNSET, check: checkInvoice, run: updateInvoice },
  { id: "Invoices.del", run: (tx, { ids }) => deleteInvoice(tx, ids.invoice ?? "") },
  { id: "Invoices.list", check: checkList, run: listInvoices },
  { id: "Invoices.addLines", check: checkLines, run: addLines },
  { id: "Invoices.listLineItems", run: listLines },
  {
    id: "Invoices.finalizeInvoice",
    check: ({ params }) => checkAdvance(params.auto_advance),
    run: finalizeInvoice,
  },
  { id: "Invoices.pay", check: checkPay, run: payInvoice },
  { id: "Invoices.voidInvoice", run: voidInvoice },
  { id: "Invoices.markUncollectible", run: markUncollectible },
  { id: "Invoices.sendInvoice", run: sendInvoice },
];

async function retrieveInvoice(tx: Tx, { ids }: ApiRequest): Promise<object> {
  const stored = await loadObject<Invoice>(tx, "invoice", ids.invoice ?? "");
  if (stored.deleted) return stored.data;
  const loaded = { invoice: stored.data, secrets: stored.private as InvoiceSecrets };
  if (isLinkExpired(tx, loaded)) return renewLink(tx, stored.data.id);
  return (await refreshDraft(tx, stored.data)).invoice;
}

function checkList({ params }: ApiRequest): void {
  refuseUnsupported(params, ["customer_account", "due_date"]);
  if (params.subscription === undefined) return;
  throw invalidRequest(
    "This sandbox has no subscriptions, so it cannot list their invoices.",
    "subscription",
  );
}

async function listInvoices(tx: Tx, request: ApiRequest) {
  const page = await listObjects(tx, request, {
    type: "invoice",
    noun: "invoice",
    filters: ["customer", "status", "collection_method"],
  });
  const data: Invoice[] = [];
  for (const invoice of page.data) data.push((await refreshDraft(tx, invoice as Invoice)).invoice);
  return { ...page, data };
}

/** Lines keep the order in which they were added, unlike all other lists. */
async function listLines(tx: Tx, request: ApiRequest) {
  const { data: invoice } = await loadObject<Invoice>(tx, "invoice", request.ids.invoice ?? "");
  const { lines } = await refreshDraft(tx, invoice);
  const after = lines.findIndex(({ line }) => line.id === request.params.starting_after) + 1;
  const limit = typeof request.params.limit === "number" ? request.params.limit : 10;
  return {
    object: "list" as const,
    data: lines.slice(after, after + limit).map(({ line }) => line),
    has_more: lines.length > after + limit,
    url: request.url,
  };
}

/** Finalizes a draft and records that the invoice was sent. As in Stripe's test mode, no email is sent. */
async function sendInvoice(tx: Tx, { ids }: ApiRequest): Promise<Invoice | StripeError> {
  const loaded = await loadInvoice(tx, ids.invoice ?? "");
  if (loaded.invoice.collection_method !== "send_invoice") {
    throw invalidRequest("You can only manually send an invoice if its collection method is 'send_invoice'.");
  }
  if (loaded.invoice.status === "void") throw invalidRequest("You cannot send an invoice that was voided.");
  const invoice = loaded.invoice.status === "draft" ? await finalizeDraft(tx, loaded) : loaded.invoice;
  if (invoice instanceof StripeError) return invoice;
  await recordEvent(tx, "invoice.sent", invoice);
  return invoice;
}

import { listObjects } from "../../api/list-objects";
import type { ApiRequest, Operation } from "../../api/operation";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { refuseNotBuilt } from "../catalog/refuse-not-built";
import { loadObject } from "../load-object";
import { addLines } from "./add-lines";
import { checkAdvance, checkInvoice } from "./check-invoice";
import { checkLines } from "./check-lines";
import { markUncollectible, voidInvoice } from "./close-invoice";
import { createInvoice } from "./create-invoice";
import { deleteInvoice } from "./delete-invoice";
import { finalizeInvoice } from "./finalize-invoice";
import type { Invoice } from "./invoice";
import { checkPay, payInvoice } from "./pay-invoice";
import { refreshDraft } from "./refresh-draft";
import { sendInvoice } from "./send-invoice";
import { updateInvoice } from "./update-invoice";

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
  return stored.deleted ? stored.data : (await refreshDraft(tx, stored.data)).invoice;
}

function checkList({ params }: ApiRequest): void {
  refuseNotBuilt(params, ["customer_account", "due_date"]);
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

/** Lines keep the order in which they were added, unlike every other list. */
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

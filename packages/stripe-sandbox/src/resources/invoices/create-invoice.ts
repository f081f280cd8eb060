import type { ApiRequest } from "../../api/operation";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { insertObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { type ItemSecrets, pendingItems, putOnInvoice } from "../invoice-items/invoice-item";
import { loadReferenced } from "../load-object";
import { textOr } from "../param-readers";
import { applyInvoiceParams } from "./apply-params";
import { assertOwnMethod } from "./assert-own-method";
import { emptyInvoice, type Invoice, invoiceSaveOptions, newInvoiceSecrets } from "./invoice";
import { insertLine, saveLines } from "./invoice-lines";
import { refreshDraft } from "./refresh-draft";

/** Makes a draft, without lines unless it is to take what waits for the customer's next invoice. */
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
    await insertLine(tx, id, await putOnInvoice(tx, data, id), (secrets as ItemSecrets).inclusive);
  }
}

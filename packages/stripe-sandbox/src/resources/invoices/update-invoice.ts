import type { ApiRequest } from "../../api/operation";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { applyInvoiceParams } from "./apply-params";
import { assertOwnMethod } from "./assert-own-method";
import type { Invoice } from "./invoice";
import { loadInvoice } from "./load-invoice";
import { repriceDraft } from "./reprice-draft";

/** What may still change after the finalization, as long as the invoice is not paid or void. */
const AFTER_FINALIZATION = ["auto_advance", "days_until_due", "default_payment_method", "due_date"];
/** What may change at any time. */
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

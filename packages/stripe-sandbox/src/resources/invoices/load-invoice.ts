import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { findObjects } from "../../store/objects";
import { loadLive } from "../load-object";
import type { Invoice, InvoiceSecrets } from "./invoice";

export interface LoadedInvoice {
  invoice: Invoice;
  secrets: InvoiceSecrets;
}

/** The invoice that a path names, locked until the transaction ends. */
export async function loadInvoice(tx: Tx, id: string): Promise<LoadedInvoice> {
  const stored = await loadLive<Invoice>(tx, "invoice", id);
  return { invoice: stored.data, secrets: stored.private as InvoiceSecrets };
}

/** As `loadInvoice`, for what only a draft allows. */
export async function loadDraft(tx: Tx, id: string, message: string): Promise<LoadedInvoice> {
  const loaded = await loadInvoice(tx, id);
  if (loaded.invoice.status !== "draft") throw invalidRequest(message, undefined, "invoice_not_editable");
  return loaded;
}

/** The invoice behind the address of a hosted page. */
export async function findInvoiceByToken(tx: Tx, token: string): Promise<Invoice | undefined> {
  const [stored] = await findObjects<Invoice>(tx, "invoice", { token });
  return stored?.data;
}

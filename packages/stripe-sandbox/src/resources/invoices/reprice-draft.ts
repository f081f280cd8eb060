import type { Tx } from "../../runtime";
import { changeInvoice } from "./change-invoice";
import type { Invoice } from "./invoice";
import { saveLines } from "./invoice-lines";
import type { LoadedInvoice } from "./load-invoice";
import { refreshDraft } from "./refresh-draft";

/** Sums a changed draft up anew and tells the endpoints; `changed` is the draft with what else is new about it. */
export async function repriceDraft(
  tx: Tx,
  before: LoadedInvoice,
  changed: Invoice = before.invoice,
): Promise<Invoice> {
  const { invoice, lines } = await refreshDraft(tx, changed);
  await saveLines(tx, lines);
  await changeInvoice(tx, before, invoice);
  return invoice;
}

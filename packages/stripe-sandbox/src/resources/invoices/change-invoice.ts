import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { type Invoice, saveInvoice } from "./invoice";
import type { LoadedInvoice } from "./load-invoice";

/** Stores a changed invoice and tells the endpoints; does nothing when nothing changed. */
export async function changeInvoice(tx: Tx, before: LoadedInvoice, after: Invoice): Promise<void> {
  const previous = changedAttributes(before.invoice, after);
  if (!previous) return;
  await saveInvoice(tx, after, before.secrets);
  await recordEvent(tx, "invoice.updated", after, previous);
}

import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObjects, markDeleted, type StripeObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { readLines } from "./invoice-lines";
import { loadDraft } from "./load-invoice";

/** Deletes a draft for good, with its lines. What was finalized can only be voided. */
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

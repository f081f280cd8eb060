import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { cancelInvoiceIntent } from "./cancel-invoice-intent";
import { type Invoice, saveInvoice } from "./invoice";
import type { LoadedInvoice } from "./load-invoice";
import { asPaid } from "./settle-invoice";

/** Marks an invoice as paid by money that never went through Stripe. No charge, and no `payment_succeeded`. */
export async function settleOutOfBand(tx: Tx, { invoice: open, secrets }: LoadedInvoice): Promise<Invoice> {
  await cancelInvoiceIntent(tx, open.id, "automatic");
  const paid = asPaid(tx, open);
  await saveInvoice(tx, paid, secrets);
  await recordEvent(tx, "invoice.updated", paid, changedAttributes(open, paid));
  await recordEvent(tx, "invoice.paid", paid);
  return paid;
}

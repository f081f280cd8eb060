import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { type Invoice, saveInvoice } from "./invoice";
import type { LoadedInvoice } from "./load-invoice";

/** Writes down on the invoice that a try to pay it failed; it stays open. */
export async function failPayment(tx: Tx, loaded: LoadedInvoice): Promise<Invoice> {
  const failed = await markAttempted(tx, loaded);
  await recordEvent(tx, "invoice.payment_failed", failed);
  return failed;
}

/** The customer has to do something, usually 3-D Secure, before the invoice can be paid. */
export async function requireAction(tx: Tx, loaded: LoadedInvoice): Promise<Invoice> {
  const waiting = await markAttempted(tx, loaded);
  await recordEvent(tx, "invoice.payment_action_required", waiting);
  return waiting;
}

/** The first try counts; what is tried again by hand does not count further. */
async function markAttempted(tx: Tx, { invoice, secrets }: LoadedInvoice): Promise<Invoice> {
  if (invoice.attempted) return invoice;
  const attempted: Invoice = { ...invoice, attempt_count: 1, attempted: true };
  await saveInvoice(tx, attempted, secrets);
  await recordEvent(tx, "invoice.updated", attempted, changedAttributes(invoice, attempted));
  return attempted;
}

import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { type InvoicePayment, payInvoicePayment } from "../invoice-payments/invoice-payment";
import { type Invoice, saveInvoice } from "./invoice";
import type { LoadedInvoice } from "./load-invoice";

/** Marks an invoice as paid, with the events; without a payment nothing was due. */
export async function settleInvoice(
  tx: Tx,
  { invoice: open, secrets }: LoadedInvoice,
  payment: InvoicePayment | undefined,
): Promise<Invoice> {
  // An attempt counts once; what is tried again by hand does not count further.
  const paid: Invoice = { ...asPaid(tx, open), attempt_count: payment ? 1 : open.attempt_count };
  await saveInvoice(tx, paid, secrets);
  await recordEvent(tx, "invoice.updated", paid, changedAttributes(open, paid));
  await recordEvent(tx, "invoice.paid", paid);
  await recordEvent(tx, "invoice.payment_succeeded", paid);
  if (payment) await recordEvent(tx, "invoice_payment.paid", await payInvoicePayment(tx, payment));
  return paid;
}

/** The invoice as any payment leaves it. */
export function asPaid(tx: Tx, open: Invoice): Invoice {
  return {
    ...open,
    amount_paid: open.amount_due,
    amount_remaining: 0,
    attempted: true,
    auto_advance: false,
    status: "paid",
    status_transitions: { ...open.status_transitions, paid_at: tx.now },
  };
}

import type { Tx } from "../../runtime";
import type { Invoice, InvoiceSecrets } from "./invoice";

/** A draft as its finalization leaves it: with a number, a page and a PDF, and from then on unchangeable. */
export function openedInvoice(tx: Tx, draft: Invoice, secrets: InvoiceSecrets, number: string): Invoice {
  const page = `${tx.publicUrl}/invoices/${secrets.token}`;
  return {
    ...draft,
    effective_at: tx.now,
    ending_balance: Math.min(0, draft.total + draft.starting_balance),
    hosted_invoice_url: page,
    invoice_pdf: `${page}/pdf`,
    last_finalization_error: null,
    number,
    status: "open",
    status_transitions: { ...draft.status_transitions, finalized_at: tx.now },
  };
}

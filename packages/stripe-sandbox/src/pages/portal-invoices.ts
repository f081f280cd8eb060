import type { Invoice } from "../resources/invoices/invoice";
import { formatDate } from "./format-date";
import { formatMoney } from "./format-money";
import { stateBadge } from "./invoice-summary";
import { html, type Markup } from "./markup";

/** The customer's invoices, newest first; each one leads to its own page. */
export function portalInvoices(invoices: Invoice[]): Markup {
  return html`<section class="panel" aria-labelledby="invoices"><h2 id="invoices">Invoices</h2>
${invoices.length === 0 && html`<p class="soft">There are no invoices yet.</p>`}
${invoices.map(
  (invoice) => html`<div class="entry invoice">
<p><a href="${invoice.hosted_invoice_url ?? ""}">${invoice.number}</a> <span>${formatMoney(invoice.total, invoice.currency)}</span></p>
<p><span class="soft">${formatDate(invoice.effective_at ?? invoice.created)}</span> ${stateBadge(invoice)}</p>
</div>`,
)}
</section>`;
}

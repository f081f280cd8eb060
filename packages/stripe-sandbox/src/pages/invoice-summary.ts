import { html } from "hono/html";
import type { HostedInvoice } from "../hosted-invoice/read-hosted-invoice";
import type { Invoice, InvoiceLine } from "../resources/invoices/invoice";
import { formatDate, formatMoney } from "./format";
import type { Markup } from "./layout";

const stateNames: Record<string, string> = {
  open: "Open",
  paid: "Paid",
  uncollectible: "Uncollectible",
  void: "Void",
};

export function stateBadge({ status }: Invoice): Markup {
  return html`<span class="state ${status}">${stateNames[String(status)]}</span>`;
}

/** The invoice's lines, recipient and totals. */
export function invoiceSummary({ invoice, lines }: HostedInvoice): Markup {
  const money = (cents: number) => formatMoney(cents, invoice.currency);
  return html`<section class="summary document" aria-label="Invoice">
<p>${stateBadge(invoice)}</p>
<p class="amount">${money(invoice.status === "paid" ? invoice.amount_paid : invoice.amount_remaining)}</p>
${facts(invoice)}
<dl class="lines">
${lines.map((line) => html`<div><dt>${lineText(line)}</dt><dd>${money(line.subtotal)}</dd></div>`)}
<div><dt>Subtotal</dt><dd>${money(invoice.subtotal)}</dd></div>
${taxLines(invoice).map(({ label, cents }) => html`<div><dt>${label}</dt><dd>${money(cents)}</dd></div>`)}
<div class="sum"><dt>Total</dt><dd>${money(invoice.total)}</dd></div>
${invoice.starting_balance !== 0 && html`<div><dt>Applied balance</dt><dd>${money(invoice.amount_due - invoice.total)}</dd></div>`}
<div><dt>Amount paid</dt><dd>${money(invoice.amount_paid)}</dd></div>
<div><dt>Amount due</dt><dd>${money(invoice.amount_remaining)}</dd></div>
</dl>
${invoice.footer && html`<p class="soft">${invoice.footer}</p>`}
</section>`;
}

function facts(invoice: Invoice): Markup {
  return html`<dl class="facts">
<dt>Invoice number</dt><dd>${invoice.number}</dd>
<dt>Date of issue</dt><dd>${formatDate(invoice.effective_at ?? invoice.created)}</dd>
${invoice.due_date !== null && html`<dt>Date due</dt><dd>${formatDate(invoice.due_date)}</dd>`}
<dt>Billed to</dt><dd>${billedTo(invoice).map((line) => html`${line}<br>`)}</dd>
${invoice.description && html`<dt>Memo</dt><dd>${invoice.description}</dd>`}
${invoice.custom_fields?.map((field) => html`<dt>${field.name}</dt><dd>${field.value}</dd>`)}
</dl>`;
}

/** Lists the customer's name, email, address and tax IDs, as far as known. */
export function billedTo(invoice: Invoice): string[] {
  const address = invoice.customer_address;
  const place = [address?.postal_code, address?.city, address?.state].filter(Boolean).join(" ");
  return [
    invoice.customer_name,
    address?.line1,
    address?.line2,
    place,
    address?.country,
    invoice.customer_email,
    ...(invoice.customer_tax_ids ?? []).map((taxId) => `Tax ID ${taxId.value}`),
  ].filter((line): line is string => typeof line === "string" && line !== "");
}

export function lineText(line: InvoiceLine): string {
  const quantity = line.quantity ?? 1;
  return quantity > 1 ? `${line.description} × ${quantity}` : String(line.description ?? "");
}

/** Lists the taxes of an invoice, inclusive and exclusive, with their labels. */
export function taxLines(invoice: Invoice): { label: string; cents: number }[] {
  return (invoice.total_taxes ?? []).map((tax) => ({
    label:
      tax.taxability_reason === "reverse_charge"
        ? "Tax to be paid by the recipient (reverse charge)"
        : tax.tax_behavior === "inclusive"
          ? "Tax, within the price"
          : "Tax",
    cents: tax.amount,
  }));
}

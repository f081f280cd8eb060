import { html } from "hono/html";
import type { CheckoutForm, FieldErrors } from "../checkout/checkout-form";
import type { HostedInvoice } from "../hosted-invoice/read-hosted-invoice";
import { cardFields, testCardList } from "./card-fields";
import { formatDate, formatMoney } from "./format";
import { invoiceSummary } from "./invoice-summary";
import { layout, type Markup } from "./layout";
import { documentStyles } from "./stylesheet";

export interface InvoiceView extends HostedInvoice {
  form: CheckoutForm;
  errors: FieldErrors;
  /** A decline, or another reason why nothing was paid. */
  alert: string | undefined;
}

/** The hosted invoice: the amount due, the form to pay it, and links to its PDF and receipt. */
export function invoicePage(view: InvoiceView): string {
  return layout(
    `Invoice ${view.invoice.number}`,
    html`<main>
<h1>Invoice from ${view.invoice.account_name}</h1>
${view.alert && html`<p class="alert" role="alert">${view.alert}</p>`}
<div class="columns">
${invoiceSummary(view)}
${view.canBePaid ? payPanel(view) : closedPanel(view)}
</div>
</main>`,
    documentStyles,
  );
}

function payPanel(view: InvoiceView): Markup {
  const { invoice } = view;
  const label = `Pay ${formatMoney(invoice.amount_remaining, invoice.currency)}`;
  return html`<div class="panel"><form method="post" action="${pathOf(view)}" novalidate>
<button class="default-action" type="submit" name="action" value="pay" tabindex="-1" aria-hidden="true">${label}</button>
${cardFields(view)}
${view.errors.savedCard && html`<p class="error" role="alert">${view.errors.savedCard}</p>`}
<button class="primary" type="submit" name="action" value="pay">${label}</button>
${testCardList({ folded: true })}
</form>
${documentLinks(view)}</div>`;
}

function closedPanel(view: InvoiceView): Markup {
  const { invoice } = view;
  const paidAt = invoice.status_transitions.paid_at;
  const text =
    invoice.status === "void"
      ? "This invoice was voided. There is nothing to pay."
      : `This invoice was paid${paidAt === null ? "" : ` on ${formatDate(paidAt)}`}. There is nothing more to pay.`;
  return html`<div class="panel"><h2>${invoice.status === "void" ? "Voided" : "Invoice paid"}</h2>
<p>${text}</p>
${documentLinks(view)}</div>`;
}

function documentLinks({ invoice, charge }: InvoiceView): Markup {
  return html`<p class="links"><a href="${invoice.invoice_pdf ?? ""}">Download invoice (PDF)</a>
${charge?.receipt_url && html`<a href="${charge.receipt_url}">View receipt</a>`}</p>`;
}

function pathOf({ invoice }: InvoiceView): string {
  return new URL(invoice.hosted_invoice_url ?? "").pathname;
}

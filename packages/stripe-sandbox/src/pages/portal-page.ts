import { html } from "hono/html";
import type { CheckoutForm, FieldErrors } from "../checkout/checkout-form";
import type { PortalNotice } from "../portal/change-cards";
import { mayChange } from "../portal/change-details";
import type { Portal } from "../portal/read-portal";
import type { Invoice } from "../resources/invoices/invoice";
import { cardFields, describeCard, testCardList } from "./card-fields";
import { addressInputs, taxIdField, textField } from "./form-fields";
import { formatDate, formatMoney } from "./format";
import { stateBadge } from "./invoice-summary";
import { layout, type Markup } from "./layout";
import { documentStyles } from "./stylesheet";

export interface PortalView extends Portal {
  /** Values of the details form. */
  details: CheckoutForm;
  /** Values of the form for a new card. */
  card: CheckoutForm;
  detailErrors: FieldErrors;
  cardErrors: FieldErrors;
  alert: string | undefined;
  /** What was just done, from the query string. */
  notice: string | undefined;
}

const notices: Record<PortalNotice, string> = {
  "card-added": "The card was saved.",
  "card-removed": "The card was removed.",
  "default-changed": "The default card was changed.",
  "details-saved": "Your details were saved.",
};

/** The customer portal: cards, billing details and invoices, as its configuration allows. */
export function portalPage(view: PortalView): string {
  const { features, session } = view;
  return layout(
    "Your billing",
    html`<main class="narrow">
${session.return_url && html`<a class="back" href="${session.return_url}">← Return</a>`}
<h1>${view.headline ?? "Your billing"}</h1>
${view.alert && html`<p class="alert" role="alert">${view.alert}</p>`}
${noticeOf(view)}
<div class="sections">
${features.payment_method_update.enabled && cardSection(view)}
${features.customer_update.enabled && detailSection(view)}
${features.invoice_history.enabled && portalInvoices(view.invoices)}
</div>
</main>`,
    documentStyles,
  );
}

function noticeOf({ notice }: PortalView): Markup | undefined {
  const text = Object.entries(notices).find(([name]) => name === notice)?.[1];
  return text === undefined ? undefined : html`<p class="notice" role="status">${text}</p>`;
}

function cardSection(view: PortalView): Markup {
  const chosen = view.customer.invoice_settings.default_payment_method;
  return html`<section class="panel" aria-labelledby="cards"><h2 id="cards">Payment methods</h2>
${view.cards.length === 0 && html`<p class="soft">No card is saved.</p>`}
${view.cards.map((card) => cardEntry(view, card, card.id === chosen))}
<details${(view.cards.length === 0 || Object.keys(view.cardErrors).length > 0 || view.card.cardNumber !== "") && html` open`}>
<summary>Add a card</summary>
<form method="post" action="${pathOf(view)}" novalidate>
<button class="default-action" type="submit" name="action" value="add-card" tabindex="-1" aria-hidden="true">Save card</button>
${cardFields({ form: view.card, errors: view.cardErrors, savedCards: [] })}
<p class="soft consent">By saving it, you allow the seller to charge this card for future payments in accordance with their terms.</p>
<button class="primary" type="submit" name="action" value="add-card">Save card</button>
${testCardList({ folded: true })}
</form></details>
</section>`;
}

function cardEntry(view: PortalView, card: Portal["cards"][number], isDefault: boolean): Markup {
  const text = describeCard(card);
  const button = (action: string, label: string) =>
    html`<button class="secondary" type="submit" name="action" value="${action}" aria-label="${label}: ${text}">${label}</button>`;
  return html`<div class="entry"><span>${text}${isDefault && html` <span class="state">Default</span>`}</span>
<form method="post" action="${pathOf(view)}"><input type="hidden" name="card" value="${card.id}">
<span class="buttons">${!isDefault && button("make-default", "Make default")}${button("remove-card", "Remove")}</span></form></div>`;
}

function detailSection(view: PortalView): Markup {
  const may = mayChange(view);
  const { details: form, detailErrors: errors } = view;
  return html`<section class="panel" aria-labelledby="details"><h2 id="details">Billing details</h2>
<form method="post" action="${pathOf(view)}" novalidate>
${may("name") && textField({ name: "name", id: "details-name", label: "Name", value: form.name, errors, autocomplete: "name" })}
${may("email") && textField({ name: "email", label: "Email", value: form.email, errors, autocomplete: "email", type: "email" })}
${may("address") && addressInputs(form, errors)}
${may("tax_id") && taxIdField(form, errors)}
<button class="primary" type="submit" name="action" value="save-details">Save details</button>
</form></section>`;
}

function pathOf({ session }: PortalView): string {
  return new URL(session.url).pathname;
}

/** The customer's invoices, newest first, with links to their pages. */
function portalInvoices(invoices: Invoice[]): Markup {
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

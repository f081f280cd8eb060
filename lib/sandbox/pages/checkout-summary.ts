import type { CheckoutView } from "./checkout-view";
import { formatMoney } from "./format-money";
import { html, type Markup } from "./markup";

/** What is being bought, for how much, and the way back. */
export function checkoutSummary(view: CheckoutView): Markup {
  const { session } = view;
  return html`<section class="summary" aria-label="Summary">
${session.cancel_url && html`<a class="back" href="${session.cancel_url}">← Back</a>`}
${session.mode === "setup" ? setupSummary() : paymentSummary(view)}
${session.custom_text.submit && html`<p class="soft">${session.custom_text.submit.message}</p>`}
</section>`;
}

function setupSummary(): Markup {
  return html`<h1 class="title">Save a card for later</h1><p class="soft">Nothing is charged now.</p>`;
}

function paymentSummary(view: CheckoutView): Markup {
  const { totals } = view;
  const money = (cents: number) => formatMoney(cents, view.session.currency ?? "usd");
  const open = isTaxOpen(view);
  return html`<h1>Total due</h1>
<p class="amount">${money(totals.totalCents)}${open && html` <small>plus tax</small>`}</p>
<dl class="lines">
${totals.items.map(
  (item) =>
    html`<div><dt>${item.description}${(item.quantity ?? 1) > 1 && ` × ${item.quantity}`}</dt><dd>${money(item.amount_subtotal)}</dd></div>`,
)}
<div><dt>Subtotal</dt><dd>${money(totals.subtotalCents)}</dd></div>
${view.session.automatic_tax.enabled && taxLine(view, money)}
<div class="sum"><dt>${open ? "Total before tax" : "Total"}</dt><dd>${money(totals.totalCents)}</dd></div>
</dl>
${view.session.automatic_tax.enabled && html`<p><button class="secondary" type="submit" name="action" value="update">Update tax</button></p>`}`;
}

function taxLine(view: CheckoutView, money: (cents: number) => string): Markup {
  return isTaxOpen(view)
    ? html`<div><dt>Tax</dt><dd class="words">calculated from your address</dd></div>`
    : html`<div><dt>Tax</dt><dd>${money(view.totals.taxCents)}</dd></div>`;
}

export function isTaxOpen(view: CheckoutView): boolean {
  return view.totals.taxStatus === "requires_location_inputs";
}

export function payLabel(view: CheckoutView): string {
  if (view.session.mode === "setup") return "Save card";
  const amount = formatMoney(view.totals.totalCents, view.session.currency ?? "usd");
  return isTaxOpen(view) ? `Pay ${amount} plus tax` : `Pay ${amount}`;
}

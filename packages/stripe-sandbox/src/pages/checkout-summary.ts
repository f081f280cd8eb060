import { html } from "hono/html";
import { localPrice } from "../checkout/local-currency";
import type { CheckoutView } from "./checkout-view";
import { formatMoney } from "./format";
import type { Markup } from "./layout";

/** The line items with their total, and the link back. */
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
  const money = (cents: number) => displayMoney(view, cents);
  const open = isTaxOpen(view);
  return html`<h1>Total due</h1>
<p class="amount">${money(totals.totalCents)}${open && html` <small>plus tax</small>`}</p>
${currencyToggle(view)}
<dl class="lines">
${totals.items.map(
  (item) =>
    html`<div><dt>${item.description}${(item.quantity ?? 1) > 1 && ` × ${item.quantity}`}</dt><dd>${money(item.amount_subtotal)}</dd></div>`,
)}
<div><dt>Subtotal</dt><dd>${money(totals.subtotalCents)}</dd></div>
${view.session.automatic_tax.enabled && taxLine(view)}
<div class="sum"><dt>${open ? "Total before tax" : "Total"}</dt><dd>${money(totals.totalCents)}</dd></div>
</dl>
${view.session.automatic_tax.enabled && html`<p><button class="secondary" type="submit" name="action" value="update">Update tax</button></p>`}`;
}

/** Buttons to choose between the two currencies. */
function currencyToggle(view: CheckoutView): Markup | undefined {
  const { localCurrency, session, totals, paysLocally } = view;
  if (localCurrency === undefined) return undefined;
  const own = session.currency ?? "usd";
  const local = localPrice(totals.totalCents, localCurrency).presentment_amount;
  const button = (currency: string, amount: string, pressed: boolean) =>
    html`<button class="secondary" type="submit" name="action" value="pay_in=${currency}" aria-pressed="${pressed ? "true" : "false"}">${amount} ${currency.toUpperCase()}</button>`;
  return html`<div class="currencies" role="group" aria-label="Currency">
${button(localCurrency, formatMoney(local, localCurrency), paysLocally)}
${button(own, formatMoney(totals.totalCents, own), !paysLocally)}
</div>
${paysLocally && html`<p class="soft">The amount in ${localCurrency.toUpperCase()} includes a conversion fee. Your bank statement shows this amount.</p>`}`;
}

/** Formats an amount of the session in the payer's currency. */
function displayMoney({ session, localCurrency, paysLocally }: CheckoutView, cents: number): string {
  if (!paysLocally || localCurrency === undefined) return formatMoney(cents, session.currency ?? "usd");
  return formatMoney(localPrice(cents, localCurrency).presentment_amount, localCurrency);
}

/** Formats the tax as total minus subtotal, so that converted amounts add up. */
function displayTax({ session, totals, localCurrency, paysLocally }: CheckoutView): string {
  if (!paysLocally || localCurrency === undefined) {
    return formatMoney(totals.taxCents, session.currency ?? "usd");
  }
  const units = (cents: number) => localPrice(cents, localCurrency).presentment_amount;
  return formatMoney(units(totals.totalCents) - units(totals.subtotalCents), localCurrency);
}

function taxLine(view: CheckoutView): Markup {
  return isTaxOpen(view)
    ? html`<div><dt>Tax</dt><dd class="words">calculated from your address</dd></div>`
    : html`<div><dt>Tax</dt><dd>${displayTax(view)}</dd></div>`;
}

function isTaxOpen(view: CheckoutView): boolean {
  return view.totals.taxStatus === "requires_location_inputs";
}

export function payLabel(view: CheckoutView): string {
  if (view.session.mode === "setup") return "Save card";
  const amount = displayMoney(view, view.totals.totalCents);
  return isTaxOpen(view) ? `Pay ${amount} plus tax` : `Pay ${amount}`;
}

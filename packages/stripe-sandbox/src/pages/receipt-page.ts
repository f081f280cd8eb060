import { html } from "hono/html";
import type { Stripe } from "../stripe-types";
import { formatDate, formatMoney } from "./format";
import { layout } from "./layout";
import { documentStyles } from "./stylesheet";

/** The receipt of a charge, with its refunds. */
export function receiptPage(charge: Stripe.Charge): string {
  const money = (cents: number) => formatMoney(cents, charge.currency);
  const refunded = charge.amount_refunded;
  return layout(
    "Receipt",
    html`<main class="narrow"><div class="panel document">
<h1>Receipt from Stripe sandbox</h1>
<p class="amount">${money(charge.amount_captured)}</p>
<dl class="facts">
<dt>Receipt for</dt><dd>${charge.description ?? "Payment"}</dd>
<dt>Date paid</dt><dd>${formatDate(charge.created)}</dd>
<dt>Payment method</dt><dd>${paidWith(charge)}</dd>
<dt>Payment</dt><dd>${charge.id}</dd>
${charge.billing_details.name && html`<dt>Paid by</dt><dd>${charge.billing_details.name}</dd>`}
</dl>
<dl class="lines">
<div><dt>Amount charged</dt><dd>${money(charge.amount_captured)}</dd></div>
${refunded > 0 && html`<div><dt>Refunded</dt><dd>−${money(refunded)}</dd></div>`}
<div class="sum"><dt>Total</dt><dd>${money(charge.amount_captured - refunded)}</dd></div>
</dl>
</div></main>`,
    documentStyles,
  );
}

function paidWith({ payment_method_details: details }: Stripe.Charge): string {
  if (details?.card) {
    const brand = details.card.brand ?? "card";
    return `${brand.charAt(0).toUpperCase()}${brand.slice(1)} •••• ${details.card.last4}`;
  }
  const bank = details?.us_bank_account;
  return bank ? `${bank.bank_name ?? "Bank account"} •••• ${bank.last4}` : String(details?.type ?? "");
}

import { html } from "hono/html";
import { testCards } from "../cards/test-cards";
import type { CheckoutForm, FieldErrors } from "../checkout/checkout-form";
import type { Stripe } from "../stripe-types";
import { textField } from "./form-fields";
import type { Markup } from "./layout";

interface CardFieldsView {
  form: CheckoutForm;
  errors: FieldErrors;
  savedCards: Stripe.PaymentMethod[];
}

/** The saved cards and the fields of a new one. */
export function cardFields({ form, errors, savedCards }: CardFieldsView): Markup {
  return html`<fieldset><legend>Card</legend>
${savedCards.length > 0 && savedCardChoices(savedCards, form.savedCard)}
${textField({ name: "cardNumber", label: "Card number", value: form.cardNumber, errors, autocomplete: "cc-number", inputMode: "numeric", placeholder: "1234 1234 1234 1234" })}
<div class="pair">
${textField({ name: "expiry", label: "Expiry (MM / YY)", value: form.expiry, errors, autocomplete: "cc-exp", inputMode: "numeric", placeholder: "MM / YY" })}
${textField({ name: "cvc", label: "CVC", value: form.cvc, errors, autocomplete: "cc-csc", inputMode: "numeric", placeholder: "123" })}
</div>
${textField({ name: "name", label: "Name on card", value: form.name, errors, autocomplete: "cc-name" })}
</fieldset>`;
}

function savedCardChoices(cards: Stripe.PaymentMethod[], chosen: string): Markup {
  const radio = (value: string, text: string) =>
    html`<label class="choice"><input type="radio" name="savedCard" value="${value}"${value === chosen && html` checked`}><span>${text}</span></label>`;
  return html`<div role="radiogroup" aria-label="Saved cards" class="field">
${cards.map((method) => radio(method.id, describeCard(method)))}
${radio("", "A new card")}
</div>`;
}

/** Describes a card: brand, last four digits, expiry. */
export function describeCard(method: Stripe.PaymentMethod): string {
  const card = method.card;
  if (!card) return method.id;
  const brand = card.brand.charAt(0).toUpperCase() + card.brand.slice(1);
  return `${brand} •••• ${card.last4}, expires ${String(card.exp_month).padStart(2, "0")} / ${card.exp_year % 100}`;
}

/** Buttons that fill a form with a test card. */
export function testCardList({ folded = false } = {}): Markup {
  return html`<details class="test-cards"${!folded && html` open`}>
<summary>Test cards</summary>
<p class="soft">Choosing one fills in its number, with a future date and a CVC.</p>
<ul>
${testCards.map(
  (card) =>
    html`<li><button type="submit" name="fill" value="${card.number}"><span class="number">${grouped(card.number)}</span><span class="soft">${card.label}</span></button></li>`,
)}
</ul>
</details>`;
}

function grouped(number: string): string {
  return number.length === 15
    ? number.replace(/^(\d{4})(\d{6})(\d{5})$/, "$1 $2 $3")
    : number.replace(/(\d{4})(?=\d)/g, "$1 ");
}

import { testCards } from "../cards/test-cards";
import { type CheckoutForm, type FieldErrors, needsAddress } from "../checkout/checkout-form";
import type { Stripe } from "../stripe-types";
import { taxIdType } from "../tax/tax-table";
import { checkoutSummary, payLabel } from "./checkout-summary";
import type { CheckoutView } from "./checkout-view";
import { countries } from "./countries";
import { selectField, textField } from "./form-fields";
import { layout } from "./layout";
import { html, type Markup } from "./markup";

/** The hosted page: one form, which works without scripts and from the keyboard. */
export function checkoutPage(view: CheckoutView): string {
  const isSetup = view.session.mode === "setup";
  return layout(
    isSetup ? "Save a card" : "Checkout",
    html`<main>
<form method="post" action="/c/pay/${view.session.id}" novalidate>
${
  // Enter presses the first submit button of a form, wherever it stands; that has to be Pay.
  html`<button class="default-action" type="submit" name="action" value="pay" tabindex="-1" aria-hidden="true">Pay</button>`
}
${view.alert && html`<p class="alert" role="alert">${view.alert}</p>`}
<div class="columns">
${checkoutSummary(view)}
<div class="panel">
${contactFields(view)}
${addressFields(view)}
${cardFields(view)}
${consent(view)}
<button class="primary" type="submit" name="action" value="pay">${payLabel(view)}</button>
</div>
${testCardList()}
</div>
</form>
</main>`,
  );
}

function contactFields({ form, errors, emailIsFixed }: CheckoutView): Markup {
  return html`<fieldset><legend>Contact</legend>
${textField({ name: "email", label: "Email", value: form.email, errors, autocomplete: "email", type: "email", readOnly: emailIsFixed })}
</fieldset>`;
}

function addressFields({ session, form, errors }: CheckoutView): Markup {
  const country = selectField({
    name: "country",
    label: "Country",
    value: form.country,
    errors,
    autocomplete: "country",
    choices: countries,
  });
  if (!needsAddress(session)) return html`<fieldset><legend>Billing</legend>${country}</fieldset>`;
  const field = (
    name: "line1" | "line2" | "city" | "state" | "postalCode",
    label: string,
    autocomplete: string,
  ) => textField({ name, label, value: form[name], errors, autocomplete });
  return html`<fieldset><legend>Billing address</legend>
${country}
${field("line1", "Address line 1", "address-line1")}
${field("line2", "Address line 2 (optional)", "address-line2")}
<div class="pair">
${field("city", "City", "address-level2")}
${field("postalCode", "Postal code", "postal-code")}
</div>
${field("state", form.country === "US" ? "State (two letters, such as CA)" : "State (needed in the United States)", "address-level1")}
${session.tax_id_collection?.enabled && taxIdField(form, errors)}
</fieldset>`;
}

const taxIdExamples = { eu_vat: "DE123456789", gb_vat: "GB123456789", us_ein: "12-3456789" } as const;

function taxIdField(form: CheckoutForm, errors: FieldErrors): Markup {
  const type = taxIdType(form.country);
  return textField({
    name: "taxId",
    label: "Business tax ID (optional)",
    value: form.taxId,
    errors,
    autocomplete: "off",
    placeholder: type && taxIdExamples[type],
  });
}

function cardFields({ form, errors, savedCards }: CheckoutView): Markup {
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

function describeCard(method: Stripe.PaymentMethod): string {
  const card = method.card;
  if (!card) return method.id;
  const brand = card.brand.charAt(0).toUpperCase() + card.brand.slice(1);
  return `${brand} •••• ${card.last4}, expires ${String(card.exp_month).padStart(2, "0")} / ${card.exp_year % 100}`;
}

function consent({ session, form, offSession }: CheckoutView): Markup | undefined {
  if (session.mode === "setup" || offSession) {
    return html`<p class="soft consent">By continuing, you allow the seller to charge this card for future payments in accordance with their terms.</p>`;
  }
  if (session.saved_payment_method_options?.payment_method_save !== "enabled") return undefined;
  return html`<label class="choice consent"><input type="checkbox" name="save" value="on"${form.save && html` checked`}><span>Save my card for future purchases here</span></label>`;
}

function testCardList(): Markup {
  return html`<details class="test-cards" open>
<summary>Test cards</summary>
<p class="soft">Choosing one fills in its number, with a future date and a CVC.</p>
<ul>
${testCards
  .filter((card) => !card.notBuilt)
  .map(
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

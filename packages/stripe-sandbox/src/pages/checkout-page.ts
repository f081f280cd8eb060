import { html } from "hono/html";
import { needsAddress } from "../checkout/checkout-form";
import { cardFields, testCardList } from "./card-fields";
import { checkoutSummary, payLabel } from "./checkout-summary";
import type { CheckoutView } from "./checkout-view";
import { addressInputs, countryField, taxIdField, textField } from "./form-fields";
import { layout, type Markup } from "./layout";

/** The Checkout page: one form that works without scripts. */
export function checkoutPage(view: CheckoutView): string {
  const isSetup = view.session.mode === "setup";
  return layout(
    isSetup ? "Save a card" : "Checkout",
    html`<main>
<form method="post" action="/c/pay/${view.session.id}" novalidate>
${
  // Enter triggers the first submit button of a form, which must be Pay.
  html`<button class="default-action" type="submit" name="action" value="pay" tabindex="-1" aria-hidden="true">Pay</button>`
}
<input type="hidden" name="payIn" value="${displayCurrency(view)}">
<input type="hidden" name="location" value="${view.form.location ?? ""}">
${view.alert && html`<p class="alert" role="alert">${view.alert}</p>`}
<div class="columns">
${checkoutSummary(view)}
<div class="panel">
${contactFields(view)}
${addressFields(view)}
${view.takesBankAccount && paymentChoice(view)}
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

/** Kept in the form, so that nobody pays in a currency that the page did not show. */
function displayCurrency({ session, localCurrency, paysLocally }: CheckoutView): string {
  if (localCurrency === undefined) return "";
  return paysLocally ? localCurrency : (session.currency ?? "");
}

const paymentOptions = {
  card: "Card",
  bank_pays: "US bank account (delayed): the bank pays after four days",
  bank_fails: "US bank account (delayed): the bank refuses after four days",
} as const;

function paymentChoice({ form }: CheckoutView): Markup {
  const chosen = form.payBy ?? "card";
  return html`<fieldset><legend>Pay with</legend>
${Object.entries(paymentOptions).map(
  ([value, text]) =>
    html`<label class="choice"><input type="radio" name="payBy" value="${value}"${value === chosen && html` checked`}><span>${text}</span></label>`,
)}
<p class="soft">A bank account needs no card and pays in US dollars; its holder is the name below.</p>
</fieldset>`;
}

function contactFields({ form, errors, emailIsFixed }: CheckoutView): Markup {
  return html`<fieldset><legend>Contact</legend>
${textField({ name: "email", label: "Email", value: form.email, errors, autocomplete: "email", type: "email", readOnly: emailIsFixed })}
</fieldset>`;
}

function addressFields({ session, form, errors }: CheckoutView): Markup {
  if (!needsAddress(session)) {
    return html`<fieldset><legend>Billing</legend>${countryField(form, errors)}</fieldset>`;
  }
  return html`<fieldset><legend>Billing address</legend>
${addressInputs(form, errors)}
${session.tax_id_collection?.enabled && taxIdField(form, errors)}
</fieldset>`;
}

function consent({ session, form, offSession }: CheckoutView): Markup | undefined {
  if (session.mode === "setup" || offSession) {
    return html`<p class="soft consent">By continuing, you allow the seller to charge this card for future payments in accordance with their terms.</p>`;
  }
  if (session.saved_payment_method_options?.payment_method_save !== "enabled") return undefined;
  return html`<label class="choice consent"><input type="checkbox" name="save" value="on"${form.save && html` checked`}><span>Save my card for future purchases here</span></label>`;
}

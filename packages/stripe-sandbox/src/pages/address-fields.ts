import type { CheckoutForm, FieldErrors } from "../checkout/checkout-form";
import { taxIdType } from "../tax/tax-table";
import { countries } from "./countries";
import { selectField, textField } from "./form-fields";
import { html, type Markup } from "./markup";

export function countryField(form: CheckoutForm, errors: FieldErrors): Markup {
  return selectField({
    name: "country",
    label: "Country",
    value: form.country,
    errors,
    autocomplete: "country",
    choices: countries,
  });
}

/** The country and the lines of an address. */
export function addressInputs(form: CheckoutForm, errors: FieldErrors): Markup {
  const field = (
    name: "line1" | "line2" | "city" | "state" | "postalCode",
    label: string,
    autocomplete: string,
  ) => textField({ name, label, value: form[name], errors, autocomplete });
  return html`${countryField(form, errors)}
${field("line1", "Address line 1", "address-line1")}
${field("line2", "Address line 2 (optional)", "address-line2")}
<div class="pair">
${field("city", "City", "address-level2")}
${field("postalCode", "Postal code", "postal-code")}
</div>
${field("state", form.country === "US" ? "State (two letters, such as CA)" : "State (needed in the United States)", "address-level1")}`;
}

const taxIdExamples = { eu_vat: "DE123456789", gb_vat: "GB123456789", us_ein: "12-3456789" } as const;

export function taxIdField(form: CheckoutForm, errors: FieldErrors): Markup {
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

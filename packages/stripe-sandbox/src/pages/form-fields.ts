import { html } from "hono/html";
import type { CheckoutField, CheckoutForm, FieldErrors } from "../checkout/checkout-form";
import { countries } from "../checkout/countries";
import { taxIdType } from "../tax/tax-table";
import type { Markup } from "./layout";

interface TextFieldOptions {
  name: CheckoutField;
  /** For pages with two fields of the same name. */
  id?: string;
  label: string;
  value: string;
  errors: FieldErrors;
  autocomplete: string;
  type?: "text" | "email";
  inputMode?: "numeric";
  placeholder?: string;
  readOnly?: boolean;
}

/** A labeled text field with its error. */
export function textField(options: TextFieldOptions): Markup {
  const { name, errors, id = name } = options;
  const error = errors[name];
  return html`<div class="field">
<label for="${id}">${options.label}</label>
<input id="${id}" name="${name}" type="${options.type ?? "text"}" value="${options.value}" autocomplete="${options.autocomplete}"
${options.inputMode && html` inputmode="${options.inputMode}"`}${options.placeholder && html` placeholder="${options.placeholder}"`}
${options.readOnly && html` readonly`}${error && invalid(name, errors)}>
${fieldError(name, error)}
</div>`;
}

function selectField(options: {
  name: CheckoutField;
  label: string;
  value: string;
  errors: FieldErrors;
  autocomplete: string;
  choices: Readonly<Record<string, string>>;
}): Markup {
  const { name } = options;
  const error = options.errors[name];
  return html`<div class="field">
<label for="${name}">${options.label}</label>
<select id="${name}" name="${name}" autocomplete="${options.autocomplete}"${error && invalid(name, options.errors)}>
${Object.entries(options.choices).map(
  ([value, text]) =>
    html`<option value="${value}"${value === options.value && html` selected`}>${text}</option>`,
)}
</select>
${fieldError(name, error)}
</div>`;
}

/** Focuses the first invalid field. */
function invalid(name: CheckoutField, errors: FieldErrors): Markup {
  const first = Object.entries(errors).find(([, message]) => message !== undefined)?.[0];
  return html` aria-invalid="true" aria-describedby="${name}-error"${name === first && html` autofocus`}`;
}

function fieldError(name: string, error: string | undefined): Markup | undefined {
  return error === undefined
    ? undefined
    : html`<p class="error" id="${name}-error" role="alert">${error}</p>`;
}

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

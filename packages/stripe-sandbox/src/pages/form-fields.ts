import type { CheckoutField, FieldErrors } from "../checkout/checkout-form";
import { html, type Markup } from "./markup";

export interface TextFieldOptions {
  name: CheckoutField;
  /** Where two forms of a page have a field of the same name. */
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

/** A labelled text field; its error is announced and tied to it. */
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

export function selectField(options: {
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

/** The first wrong field gets the focus, so that a long page opens where something has to be done. */
function invalid(name: CheckoutField, errors: FieldErrors): Markup {
  const first = Object.entries(errors).find(([, message]) => message !== undefined)?.[0];
  return html` aria-invalid="true" aria-describedby="${name}-error"${name === first && html` autofocus`}`;
}

function fieldError(name: string, error: string | undefined): Markup | undefined {
  return error === undefined
    ? undefined
    : html`<p class="error" id="${name}-error" role="alert">${error}</p>`;
}

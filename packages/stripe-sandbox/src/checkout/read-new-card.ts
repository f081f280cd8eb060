import {
  type CheckoutField,
  type CheckoutForm,
  type FieldErrors,
  type NewCard,
  readCard,
} from "./checkout-form";

/** The card of a form that asks for nothing else, or what is wrong with it. */
export function readNewCard(form: CheckoutForm, now: number): NewCard | FieldErrors {
  const errors: FieldErrors = {};
  const require = (field: CheckoutField, message: string) => {
    if (String(form[field] ?? "").trim() === "") errors[field] = message;
  };
  const card = readCard(form, now, errors, require);
  return card && Object.keys(errors).length === 0 ? card : errors;
}

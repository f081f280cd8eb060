import { brandOf, hasValidCheckDigit } from "../cards/card-brands";
import { cardByNumber, type TestCard } from "../cards/test-cards";
import type { PayerDetails, Session } from "../resources/checkout-sessions/session";
import type { BankAccount } from "../resources/payment-methods/bank-accounts";
import type { Stripe } from "../stripe-types";
import { type BusinessTaxId, readTaxId } from "../tax/tax-table";
import { isCountry } from "./countries";

/** The fields of the page, as typed. */
export interface CheckoutForm {
  email: string;
  name: string;
  country: string;
  line1: string;
  line2: string;
  city: string;
  state: string;
  postalCode: string;
  taxId: string;
  cardNumber: string;
  expiry: string;
  cvc: string;
  /** Id of a saved card, or empty for a new one. */
  savedCard: string;
  save: boolean;
  /** Default: card. A bank responds days later. */
  payBy?: PayBy | undefined;
  /** The currency that the page showed, if not the session's own. */
  payIn?: string | undefined;
  /** Country code that overrides the payer's location. */
  location?: string | undefined;
}

export type PayBy = "card" | "bank_pays" | "bank_fails";
export type CheckoutField = Exclude<keyof CheckoutForm, "save" | "payBy" | "payIn" | "location">;
export type FieldErrors = Partial<Record<CheckoutField, string>>;

/** What the customer entered, validated. */
export interface CheckoutDetails extends PayerDetails {
  payment: ChosenPayment;
  save: boolean;
  /** The payer's own currency, if they chose it. */
  payIn?: string | undefined;
}

/** A saved card, a new card, a bank account, or a payment method created through the API. */
type ChosenPayment = { savedCard: string } | NewCard | { bankAccount: BankAccount } | { methodId: string };

interface NewCard {
  card: TestCard;
  expMonth: number;
  expYear: number;
}

/** Validates the form; returns the errors by field if there are any. */
export function readCheckoutForm(
  form: CheckoutForm,
  session: Session,
  now: number,
): CheckoutDetails | FieldErrors {
  const errors: FieldErrors = {};
  const require = (field: CheckoutField, message: string) => {
    if (form[field].trim() === "") errors[field] = message;
  };
  if (!/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(form.email.trim())) errors.email = "Enter an email address.";
  if (needsAddress(session)) requireAddress(form, require);
  if (!isCountry(form.country)) errors.country = "Choose a country.";
  const taxId = readOptionalTaxId(form, session, errors);
  const payment = readPayment(form, session, now, errors, require);
  if (Object.keys(errors).length > 0 || !payment) return errors;
  return {
    email: form.email.trim(),
    name: form.name.trim(),
    address: readFormAddress(form),
    taxId,
    payment,
    save: form.save,
  };
}

export function isCheckoutDetails(result: CheckoutDetails | FieldErrors): result is CheckoutDetails {
  return "payment" in result;
}

/** With `auto`, a card needs only the country and postal code; tax needs the whole address. */
export function needsAddress(session: Session): boolean {
  return session.billing_address_collection === "required" || session.automatic_tax.enabled;
}

export function readFormAddress(form: CheckoutForm): Stripe.Address {
  const text = (value: string) => value.trim() || null;
  return {
    city: text(form.city),
    country: text(form.country),
    line1: text(form.line1),
    line2: text(form.line2),
    postal_code: text(form.postalCode),
    state: text(form.state)?.toUpperCase() ?? null,
  };
}

function readOptionalTaxId(
  form: CheckoutForm,
  session: Session,
  errors: FieldErrors,
): BusinessTaxId | undefined {
  if (!session.tax_id_collection?.enabled || form.taxId.trim() === "") return undefined;
  const taxId = readTaxId(form.country, form.taxId);
  if (!taxId) errors.taxId = "This is not a tax ID of the chosen country.";
  return taxId;
}

/** Tells whether the session accepts US bank accounts. */
export function takesBankAccount(session: Session): boolean {
  return session.mode === "payment" && session.payment_method_types.includes("us_bank_account");
}

/** Requires the address lines that invoices and taxes need. */
export function requireAddress(form: CheckoutForm, require: Require): void {
  require("line1", "Enter the street and number.");
  require("city", "Enter the city.");
  require("postalCode", "Enter the postal code.");
  if (form.country === "US") require("state", "Enter the state.");
}

type Require = (field: CheckoutField, message: string) => void;

function readPayment(
  form: CheckoutForm,
  session: Session,
  now: number,
  errors: FieldErrors,
  require: Require,
): ChosenPayment | undefined {
  if (form.payBy?.startsWith("bank") && takesBankAccount(session)) {
    require("name", "Enter the name of the account holder.");
    return { bankAccount: form.payBy === "bank_fails" ? "fails" : "pays" };
  }
  return form.savedCard ? { savedCard: form.savedCard } : readCard(form, now, errors, require);
}

/** Reads a new card; undefined with the reasons in `errors` if it is invalid. */
function readCard(
  form: CheckoutForm,
  now: number,
  errors: FieldErrors,
  require: Require,
): NewCard | undefined {
  require("name", "Enter the name on the card.");
  const number = form.cardNumber.replace(/[\s-]/g, "");
  if (!/^\d{12,19}$/.test(number)) errors.cardNumber = "Your card number is incomplete.";
  else if (!hasValidCheckDigit(number)) errors.cardNumber = "Your card number is invalid.";
  const expiry = readExpiry(form.expiry, now);
  if (typeof expiry === "string") errors.expiry = expiry;
  const cvcLength = brandOf(number) === "amex" ? 4 : 3;
  if (!new RegExp(`^\\d{${cvcLength}}$`).test(form.cvc.trim())) {
    errors.cvc = `Enter the ${cvcLength} digits of the security code.`;
  }
  if (errors.cardNumber || typeof expiry === "string") return undefined;
  return { card: cardByNumber(number), ...expiry };
}

function readExpiry(text: string, now: number): { expMonth: number; expYear: number } | string {
  const match = /^\s*(\d{1,2})\s*(?:\/\s*)?(\d{2}|\d{4})\s*$/.exec(text);
  const expMonth = Number(match?.[1]);
  const year = Number(match?.[2]);
  if (!match || expMonth < 1 || expMonth > 12) return "Enter the expiry as MM / YY.";
  const expYear = year < 100 ? 2000 + year : year;
  const today = new Date(now * 1000);
  const months = (expYear - today.getUTCFullYear()) * 12 + (expMonth - 1 - today.getUTCMonth());
  if (months < 0) return "Your card's expiration year or month is in the past.";
  return months > 12 * 50 ? "Your card's expiration year is invalid." : { expMonth, expYear };
}

/** Reads the card of a form without other fields, or returns the errors by field. */
export function readNewCard(form: CheckoutForm, now: number): NewCard | FieldErrors {
  const errors: FieldErrors = {};
  const require = (field: CheckoutField, message: string) => {
    if (String(form[field] ?? "").trim() === "") errors[field] = message;
  };
  const card = readCard(form, now, errors, require);
  return card && Object.keys(errors).length === 0 ? card : errors;
}

import {
  type CheckoutForm,
  type FieldErrors,
  readFormAddress,
  takesBankAccount,
} from "../checkout/checkout-form";
import { offeredCurrency } from "../checkout/local-currency";
import type { Checkout } from "../checkout/read-checkout";
import { calculateTotals, type Totals } from "../resources/checkout-sessions/line-items";
import type { Session } from "../resources/checkout-sessions/session";
import type { Stripe } from "../stripe-types";
import { readTaxId } from "../tax/tax-table";

/** Data of the Checkout page. */
export interface CheckoutView {
  session: Session;
  totals: Totals;
  form: CheckoutForm;
  errors: FieldErrors;
  /** A decline, or another reason why nothing was paid. */
  alert: string | undefined;
  savedCards: Stripe.PaymentMethod[];
  /** The customer has an email address, which Checkout does not let them change. */
  emailIsFixed: boolean;
  offSession: boolean;
  takesBankAccount: boolean;
  /** The payer's own currency, if it is offered. */
  localCurrency: string | undefined;
  /** Whether it is selected. */
  paysLocally: boolean;
}

export interface ViewNotes {
  errors?: FieldErrors;
  alert?: string;
}

export function checkoutView(checkout: Checkout, form: CheckoutForm, notes: ViewNotes = {}): CheckoutView {
  const { session } = checkout;
  const localCurrency = offeredCurrency(session, checkout.secrets, form);
  return {
    session,
    totals: totalsAt(checkout, form),
    form,
    errors: notes.errors ?? {},
    alert: notes.alert,
    savedCards: checkout.savedCards,
    emailIsFixed: Boolean(checkout.customer?.email),
    offSession: checkout.secrets.payment.setupFutureUsage !== null,
    takesBankAccount: takesBankAccount(session),
    localCurrency,
    paysLocally: localCurrency !== undefined && form.payIn !== session.currency,
  };
}

function totalsAt({ session, items }: Checkout, form: CheckoutForm): Totals {
  const address = readFormAddress(form);
  const isKnown = Boolean(address.postal_code && address.line1);
  const taxId = session.tax_id_collection?.enabled ? readTaxId(form.country, form.taxId) : undefined;
  return calculateTotals(items, session.automatic_tax.enabled, isKnown ? address : null, taxId);
}

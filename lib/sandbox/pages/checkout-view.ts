import type { CheckoutForm, FieldErrors } from "../checkout/checkout-form";
import type { Session } from "../resources/checkout-sessions/session";
import type { Totals } from "../resources/checkout-sessions/totals";
import type { Stripe } from "../stripe-types";

/** What one view of the page shows. */
export interface CheckoutView {
  session: Session;
  totals: Totals;
  form: CheckoutForm;
  errors: FieldErrors;
  /** A decline or another reason why the last press did nothing. */
  alert: string | undefined;
  savedCards: Stripe.PaymentMethod[];
  /** The address on file is the customer's own e-mail, which Checkout does not let them change. */
  emailIsFixed: boolean;
  offSession: boolean;
}

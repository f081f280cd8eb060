import type { Decline } from "../../cards/declines";
import type { Stripe } from "../../stripe-types";

/** What became of a try to pay. The intent's status says how far it went. */
export interface PaymentResult {
  intent: Stripe.PaymentIntent;
  /** Missing while nothing was charged. */
  charge: Stripe.Charge | undefined;
  /** Why the charge was refused, when it was at once. */
  decline: Decline | undefined;
}

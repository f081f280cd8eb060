import { type Decline, declines } from "../../cards/declines";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { authenticationError, declinedError } from "./payment-error";
import { paymentIntentSaveOptions } from "./payment-intent";
import type { PaymentResult } from "./payment-result";

/** The bank wants to see the cardholder, and the caller said to stop in that case: nothing is asked or charged. */
export async function refuseToAsk(
  tx: Tx,
  before: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
): Promise<PaymentResult> {
  const decline: Decline = {
    ...declines.authenticationRequired,
    message:
      "This payment required an authentication action to complete, but `error_on_requires_action` was set.",
  };
  const intent = await waitForAnother(tx, before, declinedError(decline, method, undefined));
  return { intent, charge: undefined, decline };
}

/** The cardholder did not pass 3-D Secure: nothing was charged, and the intent waits for another payment method. */
export async function failAuthentication(
  tx: Tx,
  before: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
): Promise<PaymentResult> {
  const intent = await waitForAnother(tx, before, authenticationError(method));
  return { intent, charge: undefined, decline: undefined };
}

async function waitForAnother(
  tx: Tx,
  before: Stripe.PaymentIntent,
  error: NonNullable<Stripe.PaymentIntent["last_payment_error"]>,
): Promise<Stripe.PaymentIntent> {
  const intent: Stripe.PaymentIntent = {
    ...before,
    last_payment_error: error,
    next_action: null,
    payment_method: null,
    status: "requires_payment_method",
  };
  await updateObject(tx, intent, paymentIntentSaveOptions(intent));
  await recordEvent(tx, "payment_intent.payment_failed", intent);
  return intent;
}

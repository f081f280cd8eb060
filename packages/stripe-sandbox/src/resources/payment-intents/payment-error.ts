import { invalidRequest, StripeError } from "../../api/stripe-error";
import type { Decline } from "../../cards/declines";
import type { Stripe } from "../../stripe-types";

type LastError = NonNullable<Stripe.PaymentIntent["last_payment_error"]>;

/** `last_payment_error` of a refused charge. */
export function declinedError(
  decline: Decline,
  method: Stripe.PaymentMethod,
  chargeId: string | undefined,
): LastError {
  return {
    ...decline,
    ...(chargeId && { charge: chargeId }),
    doc_url: docUrl(decline.code),
    payment_method: method,
    type: "card_error",
  };
}

export const AUTHENTICATION_FAILURE = {
  code: "payment_intent_authentication_failure",
  message:
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
} as const;

/** `last_payment_error` when the cardholder did not pass 3-D Secure: nothing was charged. */
export function authenticationError(method: Stripe.PaymentMethod): LastError {
  return {
    ...AUTHENTICATION_FAILURE,
    doc_url: docUrl(AUTHENTICATION_FAILURE.code),
    payment_method: method,
    type: "invalid_request_error",
  };
}

function docUrl(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll("_", "-")}`;
}

/** The 402 that answers a confirmation whose charge was refused; the intent is shown as the refusal left it. */
export function declineRefusal(
  decline: Decline,
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge | undefined,
): StripeError {
  const method = intent.last_payment_error?.payment_method;
  return new StripeError(402, {
    type: "card_error",
    ...decline,
    ...(charge && { charge: charge.id }),
    payment_intent: intent,
    ...(method && { payment_method: method }),
  });
}

/** 400 for an action that the intent's status does not allow. */
export function unexpectedState(intent: Stripe.PaymentIntent, message: string): StripeError {
  const refusal = invalidRequest(message, undefined, "payment_intent_unexpected_state");
  return new StripeError(400, { ...refusal.fields, payment_intent: intent });
}

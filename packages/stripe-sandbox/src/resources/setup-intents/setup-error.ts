import { invalidRequest, StripeError } from "../../api/stripe-error";
import type { Decline } from "../../cards/declines";
import type { Stripe } from "../../stripe-types";

/** The 402 that answers a refused setup; the intent is shown as the refusal left it. */
export function setupRefusal(decline: Decline, intent: Stripe.SetupIntent): StripeError {
  const method = intent.last_setup_error?.payment_method;
  return new StripeError(402, {
    type: "card_error",
    ...decline,
    ...(method && { payment_method: method }),
    setup_intent: intent,
  });
}

/** 400 for an action that the intent's status does not allow. */
export function unexpectedSetupState(intent: Stripe.SetupIntent, message: string): StripeError {
  const refusal = invalidRequest(message, undefined, "setup_intent_unexpected_state");
  return new StripeError(400, { ...refusal.fields, setup_intent: intent });
}

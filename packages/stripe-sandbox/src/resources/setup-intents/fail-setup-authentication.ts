import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import type { SetupResult } from "./set-up-card";
import { setupIntentSaveOptions } from "./setup-intent";

/** The cardholder did not pass 3-D Secure: nothing was saved, and the intent waits for another card. */
export async function failSetupAuthentication(
  tx: Tx,
  before: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
): Promise<SetupResult> {
  const error: Stripe.SetupIntent.LastSetupError = {
    code: "setup_intent_authentication_failure",
    doc_url: "https://stripe.com/docs/error-codes/setup-intent-authentication-failure",
    message:
      "The latest attempt to set up the payment method has failed because authentication failed. Please choose a different payment method and try again.",
    payment_method: method,
    type: "invalid_request_error",
  };
  await failAttempt(tx, before.latest_attempt, error);
  const intent: Stripe.SetupIntent = {
    ...before,
    last_setup_error: error,
    next_action: null,
    payment_method: null,
    status: "requires_payment_method",
  };
  await updateObject(tx, intent, setupIntentSaveOptions(intent));
  await recordEvent(tx, "setup_intent.setup_failed", intent);
  return { intent, decline: undefined };
}

async function failAttempt(
  tx: Tx,
  id: Stripe.SetupIntent["latest_attempt"],
  error: Stripe.SetupIntent.LastSetupError,
): Promise<void> {
  const stored = await findObject<Stripe.SetupAttempt>(tx, "setup_attempt", String(id));
  if (!stored) return;
  const attempt: Stripe.SetupAttempt = {
    ...stored.data,
    setup_error: error as Stripe.SetupAttempt.SetupError,
    status: "failed",
  };
  await updateObject(tx, attempt);
}

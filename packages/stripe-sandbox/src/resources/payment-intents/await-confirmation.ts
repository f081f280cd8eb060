import type { Tx } from "../../runtime";
import { mergePrivate, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import type { Challenge } from "../../three-d-secure/challenge";
import { paymentIntentSaveOptions } from "./payment-intent";
import type { PaymentResult } from "./payment-result";

/** With `confirmation_method=manual` a passed 3-D Secure charges nothing yet: the server confirms once more. */
export async function awaitConfirmation(
  tx: Tx,
  before: Stripe.PaymentIntent,
  challenge: Challenge,
): Promise<PaymentResult> {
  const intent: Stripe.PaymentIntent = { ...before, next_action: null, status: "requires_confirmation" };
  await updateObject(tx, intent, paymentIntentSaveOptions(intent));
  await mergePrivate(tx, intent.id, { challenge: { ...challenge, isPassed: true } });
  return { intent, charge: undefined, decline: undefined };
}

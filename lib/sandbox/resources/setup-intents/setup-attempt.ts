import type { Decline } from "../../cards/declines";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import type { Stripe } from "../../stripe-types";

/** One try to set a card up, as `setup_intent.latest_attempt` names it. */
export function buildSetupAttempt(
  tx: Tx,
  intent: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  decline: Decline | undefined,
): Stripe.SetupAttempt {
  return {
    id: newStripeId("setatt"),
    object: "setup_attempt",
    application: null,
    created: tx.now,
    customer: intent.customer,
    customer_account: null,
    flow_directions: null,
    livemode: false,
    on_behalf_of: null,
    payment_method: method.id,
    payment_method_details: { type: "card" },
    setup_error: decline
      ? {
          ...decline,
          doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll("_", "-")}`,
          payment_method: method,
          type: "card_error",
        }
      : null,
    setup_intent: intent.id,
    status: decline ? "failed" : "succeeded",
    usage: "off_session",
  };
}

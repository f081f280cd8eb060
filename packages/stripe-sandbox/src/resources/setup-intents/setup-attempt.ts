import type { Decline } from "../../cards/declines";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import type { Stripe } from "../../stripe-types";
import { passedChallenge } from "../charges/card-details";

export interface AttemptState {
  status: "succeeded" | "failed" | "requires_action";
  decline: Decline | undefined;
  authenticated: boolean;
}

/** One try to set a card up, as `setup_intent.latest_attempt` names it. */
export function buildSetupAttempt(
  tx: Tx,
  intent: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  { status, decline, authenticated }: AttemptState,
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
    payment_method_details: cardOf(method, authenticated),
    setup_error: decline
      ? {
          ...decline,
          doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll("_", "-")}`,
          payment_method: method,
          type: "card_error",
        }
      : null,
    setup_intent: intent.id,
    status,
    usage: intent.usage,
  };
}

/** A set-up has no exemption to speak of: nothing is paid. */
function passedSetup() {
  const { exemption_indicator: _, ...passed } = passedChallenge();
  return passed;
}

function cardOf(
  { card }: Stripe.PaymentMethod,
  authenticated: boolean,
): Stripe.SetupAttempt.PaymentMethodDetails {
  if (!card) return { type: "card" };
  return {
    card: {
      brand: card.brand,
      checks: { address_line1_check: "pass", address_postal_code_check: "pass", cvc_check: "pass" },
      country: card.country,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      fingerprint: card.fingerprint,
      funding: card.funding,
      last4: card.last4,
      network: card.brand,
      three_d_secure: authenticated ? passedSetup() : null,
      wallet: null,
    } as Stripe.SetupAttempt.PaymentMethodDetails.Card,
    type: "card",
  };
}

import { newStripeId, randomLetters } from "../store/ids";
import type { Stripe } from "../stripe-types";

/** The bank's question to the cardholder, while it waits for an answer. Kept with the intent, never shown. */
export interface Challenge {
  /** Part of the page's address, so that only who was sent there can answer. */
  token: string;
  methodId: string;
  /** Where the cardholder goes afterwards; null where nobody said. */
  returnUrl: string | null;
  /** The card is attached to this customer when the bank agrees. */
  save: SaveCard | null;
  /** The cardholder agreed, and the server has to confirm once more (`confirmation_method=manual`). */
  isPassed?: boolean;
}

/** A wish to keep a card for a customer. */
export interface SaveCard {
  customer: string;
  allowRedisplay: Stripe.PaymentMethod.AllowRedisplay;
}

export function newChallenge(input: Omit<Challenge, "token">): Challenge {
  return { token: randomLetters(32), methodId: input.methodId, returnUrl: input.returnUrl, save: input.save };
}

/** Address of the bank's page for an intent. */
export function challengeUrl(publicUrl: string, intentId: string, challenge: Challenge): string {
  return `${publicUrl}/3d-secure/${intentId}/${challenge.token}`;
}

/** `next_action`: a redirect where the caller named a way back, else what Stripe's own script understands. */
export function nextAction(url: string, returnUrl: string | null) {
  if (returnUrl !== null) {
    return { type: "redirect_to_url", redirect_to_url: { return_url: returnUrl, url } };
  }
  return {
    type: "use_stripe_sdk",
    use_stripe_sdk: { type: "three_d_secure_redirect", source: newStripeId("src"), stripe_js: url },
  };
}

/** The address of the bank's page that an intent's `next_action` names, whichever form it has. */
export function addressOf(action: object | null): string | undefined {
  const { redirect_to_url: redirect, use_stripe_sdk: sdk } = (action ?? {}) as {
    redirect_to_url?: { url: string | null };
    use_stripe_sdk?: { stripe_js?: unknown };
  };
  if (redirect?.url) return redirect.url;
  return typeof sdk?.stripe_js === "string" ? sdk.stripe_js : undefined;
}

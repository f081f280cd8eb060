import { newStripeId, randomLetters } from "../store/ids";
import type { Stripe } from "../stripe-types";

/** An open 3-D Secure challenge. Stored with the intent, never returned. */
export interface Challenge {
  /** Part of the page's address, so that only the cardholder can answer. */
  token: string;
  methodId: string;
  /** Where the cardholder is redirected to; null if not given. */
  returnUrl: string | null;
  /** Attaches the card to this customer if the challenge is passed. */
  save: SaveCard | null;
  /** The challenge is passed, and the server must confirm again (`confirmation_method=manual`). */
  isPassed?: boolean;
}

/** Saves a card to a customer. */
export interface SaveCard {
  customer: string;
  allowRedisplay: Stripe.PaymentMethod.AllowRedisplay;
}

export function newChallenge(input: Omit<Challenge, "token">): Challenge {
  return { token: randomLetters(32), methodId: input.methodId, returnUrl: input.returnUrl, save: input.save };
}

/** Returns the address of the bank's page for an intent. */
export function challengeUrl(publicUrl: string, intentId: string, challenge: Challenge): string {
  return `${publicUrl}/3d-secure/${intentId}/${challenge.token}`;
}

/** Returns `next_action`: a redirect if there is a return URL, otherwise the form for Stripe.js. */
export function nextAction(url: string, returnUrl: string | null) {
  if (returnUrl !== null) {
    return { type: "redirect_to_url", redirect_to_url: { return_url: returnUrl, url } };
  }
  return {
    type: "use_stripe_sdk",
    use_stripe_sdk: { type: "three_d_secure_redirect", source: newStripeId("src"), stripe_js: url },
  };
}

/** Returns the address of the bank's page from an intent's `next_action`. */
export function addressOf(action: object | null): string | undefined {
  const { redirect_to_url: redirect, use_stripe_sdk: sdk } = (action ?? {}) as {
    redirect_to_url?: { url: string | null };
    use_stripe_sdk?: { stripe_js?: unknown };
  };
  if (redirect?.url) return redirect.url;
  return typeof sdk?.stripe_js === "string" ? sdk.stripe_js : undefined;
}

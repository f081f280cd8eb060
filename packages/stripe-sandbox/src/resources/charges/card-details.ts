import type { Decline } from "../../cards/declines";
import { randomLetters } from "../../store/ids";
import type { Stripe } from "../../stripe-types";

const HOLD_SECONDS = 7 * 86_400;

export interface CardChargeState {
  decline: Decline | undefined;
  captured: boolean;
  /** The cardholder passed 3-D Secure for this charge. */
  authenticated: boolean;
  now: number;
}

/** When an uncaptured authorization lapses. */
export function captureBefore(authorizedAt: number): number {
  return authorizedAt + HOLD_SECONDS;
}

/** What a charge says about the card that was charged. */
export function cardDetails(
  amountCents: number,
  method: Stripe.PaymentMethod,
  { decline, captured, authenticated, now }: CardChargeState,
): Stripe.Charge.PaymentMethodDetails {
  const card = method.card;
  if (!card) throw new Error(`${method.id} is not a card`);
  const isHeld = !decline && !captured;
  return {
    card: {
      amount_authorized: decline ? null : amountCents,
      authorization_code: decline ? null : randomLetters(6).toUpperCase(),
      brand: card.brand,
      ...(isHeld && { capture_before: captureBefore(now) }),
      checks: {
        address_line1_check: "pass",
        address_postal_code_check: "pass",
        cvc_check: decline?.code === "incorrect_cvc" ? "fail" : "pass",
      },
      country: card.country,
      electronic_commerce_indicator: authenticated ? "05" : null,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      extended_authorization: { status: "disabled" },
      fingerprint: card.fingerprint,
      funding: card.funding,
      incremental_authorization: { status: "unavailable" },
      installments: null,
      last4: card.last4,
      mandate: null,
      multicapture: { status: "unavailable" },
      network: card.brand,
      network_token: { used: false },
      network_transaction_id: decline ? null : randomLetters(15).toUpperCase(),
      overcapture: { maximum_amount_capturable: amountCents, status: "unavailable" },
      regulated_status: "unregulated",
      three_d_secure: authenticated ? passedChallenge() : null,
      transaction_link_id: null,
      wallet: null,
    } as Stripe.Charge.PaymentMethodDetails.Card,
    type: "card",
  };
}

/** What 3-D Secure says after the cardholder completed the bank's page. */
export function passedChallenge() {
  return {
    authentication_flow: "challenge" as const,
    electronic_commerce_indicator: "05" as const,
    exemption_indicator: null,
    result: "authenticated" as const,
    result_reason: null,
    transaction_id: randomLetters(32),
    version: "2.2.0" as const,
  };
}

import { type Decline, declines } from "../../cards/declines";
import { needsAuthentication } from "../../cards/needs-authentication";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObject, mergePrivate } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import {
  type Challenge,
  challengeUrl,
  newChallenge,
  nextAction,
  type SaveCard,
} from "../../three-d-secure/challenge";
import { readSecrets, testCardOf } from "../payment-methods/payment-method";
import { chargeCard, declineCharge } from "./charge-card";
import { startDebit } from "./debit-bank";
import { authenticationError, declinedError, type PaymentResult, savePaymentIntent } from "./payment-intent";

export interface ConfirmOptions {
  /** The customer is away, so a bank that requires 3-D Secure declines. */
  offSession: boolean;
  returnUrl: string | null;
  /** Asks for 3-D Secure even while the customer is away; they can complete it later. */
  asksWhenAway?: boolean;
  /** Declines when the bank requires 3-D Secure, instead of asking for it. */
  errorOnAction?: boolean;
  /** Attaches the card to a customer if the payment succeeds. */
  save: SaveCard | null;
}

/**
 * Attempts a payment, as far as it goes without the customer. The resulting status is `succeeded`,
 * `requires_capture`, `requires_action` (3-D Secure), `processing` (a bank debit), or `requires_payment_method` with
 * a decline.
 */
export async function confirmIntent(
  tx: Tx,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  options: ConfirmOptions,
): Promise<PaymentResult> {
  if (method.type === "us_bank_account" || method.type === "sepa_debit")
    return startDebit(tx, intent, method);
  const secrets = await readSecrets(tx, method.id);
  const card = testCardOf(secrets);
  const presence = { offSession: options.offSession, isSetUp: secrets.isSetUp === true };
  if (!needsAuthentication(card, presence)) return chargeCard(tx, intent, method, card, options);
  if (await takePassedChallenge(tx, intent.id, method.id)) {
    return chargeCard(tx, intent, method, card, { ...options, authenticated: true });
  }
  if (options.offSession && !options.asksWhenAway) {
    return declineCharge(tx, intent, method, declines.authenticationRequired);
  }
  if (options.errorOnAction) return declineRequiredAction(tx, intent, method);
  return requestAuthentication(tx, intent, method, options);
}

/** Asks for 3-D Secure; nothing is charged until the customer has been on the bank's page. */
async function requestAuthentication(
  tx: Tx,
  before: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  { returnUrl, save }: ConfirmOptions,
): Promise<PaymentResult> {
  const challenge = newChallenge({ methodId: method.id, returnUrl, save });
  const intent: Stripe.PaymentIntent = {
    ...before,
    last_payment_error: null,
    next_action: nextAction(challengeUrl(tx.publicUrl, before.id, challenge), returnUrl),
    payment_method: method.id,
    status: "requires_action",
  };
  await savePaymentIntent(tx, intent);
  await mergePrivate(tx, intent.id, { challenge });
  await recordEvent(tx, "payment_intent.requires_action", intent);
  return { intent, charge: undefined, decline: undefined };
}

/** Uses up a passed 3-D Secure challenge for this card, if there is one: it is valid for one charge. */
async function takePassedChallenge(tx: Tx, intentId: string, methodId: string): Promise<boolean> {
  const stored = await findObject(tx, "payment_intent", intentId, "lock");
  const challenge = stored?.private.challenge as Challenge | null | undefined;
  if (!challenge?.isPassed || challenge.methodId !== methodId) return false;
  await mergePrivate(tx, intentId, { challenge: null });
  return true;
}

/** Declines because the bank requires 3-D Secure and `error_on_requires_action` is set. Nothing is charged. */
async function declineRequiredAction(
  tx: Tx,
  before: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
): Promise<PaymentResult> {
  const decline: Decline = {
    ...declines.authenticationRequired,
    message:
      "This payment required an authentication action to complete, but `error_on_requires_action` was set.",
  };
  const intent = await requireAnotherMethod(tx, before, declinedError(decline, method, undefined));
  return { intent, charge: undefined, decline };
}

/** Records a failed 3-D Secure challenge: nothing is charged, and the intent waits for another payment method. */
export async function failAuthentication(
  tx: Tx,
  before: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
): Promise<PaymentResult> {
  const intent = await requireAnotherMethod(tx, before, authenticationError(method));
  return { intent, charge: undefined, decline: undefined };
}

async function requireAnotherMethod(
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
  await savePaymentIntent(tx, intent);
  await recordEvent(tx, "payment_intent.payment_failed", intent);
  return intent;
}

/** With `confirmation_method=manual`, the server has to confirm once more after a passed 3-D Secure challenge. */
export async function awaitConfirmation(
  tx: Tx,
  before: Stripe.PaymentIntent,
  challenge: Challenge,
): Promise<PaymentResult> {
  const intent: Stripe.PaymentIntent = { ...before, next_action: null, status: "requires_confirmation" };
  await savePaymentIntent(tx, intent);
  await mergePrivate(tx, intent.id, { challenge: { ...challenge, isPassed: true } });
  return { intent, charge: undefined, decline: undefined };
}

import { declines } from "../../cards/declines";
import { needsAuthentication } from "../../cards/needs-authentication";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObject, mergePrivate, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import {
  type Challenge,
  challengeUrl,
  newChallenge,
  nextAction,
  type SaveCard,
} from "../../three-d-secure/challenge";
import { readSecrets, testCardOf } from "../payment-methods/method-secrets";
import { chargeCard, declineCharge } from "./charge-card";
import { startDebit } from "./debit-bank";
import { refuseToAsk } from "./fail-authentication";
import { paymentIntentSaveOptions } from "./payment-intent";
import type { PaymentResult } from "./payment-result";

export interface ConfirmOptions {
  /** The customer is away: a bank that wants to see them refuses. */
  offSession: boolean;
  /** Where the customer goes after 3-D Secure. */
  returnUrl: string | null;
  /** Refuses, instead of asking, when the bank wants to see the customer. */
  errorOnAction?: boolean;
  /** Keeps the card for a customer when the payment succeeds. */
  save: SaveCard | null;
}

/**
 * Tries to pay an intent with a payment method, as far as it goes without the customer. The intent's status afterwards
 * says how far: `succeeded`, `requires_capture`, `requires_action` (3-D Secure), `processing` (a bank debit), or
 * `requires_payment_method` together with a decline.
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
  if (options.offSession) return declineCharge(tx, intent, method, declines.authenticationRequired);
  if (options.errorOnAction) return refuseToAsk(tx, intent, method);
  return askBank(tx, intent, method, options);
}

/** Sends the customer to the bank's page; nothing is charged until they come back from it. */
async function askBank(
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
  await updateObject(tx, intent, paymentIntentSaveOptions(intent));
  await mergePrivate(tx, intent.id, { challenge });
  await recordEvent(tx, "payment_intent.requires_action", intent);
  return { intent, charge: undefined, decline: undefined };
}

/** The cardholder's consent is for one charge: was it given for this card? Then it is used up now. */
async function takePassedChallenge(tx: Tx, intentId: string, methodId: string): Promise<boolean> {
  const stored = await findObject(tx, "payment_intent", intentId, "lock");
  const challenge = stored?.private.challenge as Challenge | null | undefined;
  if (!challenge?.isPassed || challenge.methodId !== methodId) return false;
  await mergePrivate(tx, intentId, { challenge: null });
  return true;
}

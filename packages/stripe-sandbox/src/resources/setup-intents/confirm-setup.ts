import type { Decline } from "../../cards/declines";
import { needsAuthentication } from "../../cards/needs-authentication";
import type { TestCard } from "../../cards/test-cards";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObject, insertObject, mergePrivate, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { challengeUrl, newChallenge, nextAction, type SaveCard } from "../../three-d-secure/challenge";
import { saveCard } from "../payment-methods/attach-payment-method";
import { markSetUp, readSecrets, testCardOf } from "../payment-methods/payment-method";
import { buildSetupAttempt, saveSetupIntent } from "./setup-intent";

interface ConfirmSetupOptions {
  returnUrl: string | null;
  /** Attaches the card to a customer if the setup succeeds. */
  save: SaveCard | null;
}

/** Sets up a card, as far as it goes without the customer: `succeeded`, `requires_action`, or a decline. */
export async function confirmSetup(
  tx: Tx,
  intent: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  options: ConfirmSetupOptions,
): Promise<SetupResult> {
  const card = testCardOf(await readSecrets(tx, method.id));
  const isRequired = needsAuthentication(card, { offSession: false, isSetUp: false });
  return isRequired
    ? requestAuthentication(tx, intent, method, options)
    : setUpCard(tx, intent, method, card, options);
}

async function requestAuthentication(
  tx: Tx,
  before: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  { returnUrl, save }: ConfirmSetupOptions,
): Promise<SetupResult> {
  const challenge = newChallenge({ methodId: method.id, returnUrl, save });
  const attempt = buildSetupAttempt(tx, before, method, {
    status: "requires_action",
    decline: undefined,
    authenticated: false,
  });
  const intent: Stripe.SetupIntent = {
    ...before,
    last_setup_error: null,
    latest_attempt: attempt.id,
    next_action: nextAction(challengeUrl(tx.publicUrl, before.id, challenge), returnUrl),
    payment_method: method.id,
    status: "requires_action",
  };
  await insertObject(tx, attempt, { refs: { setup_intent: intent.id } });
  await saveSetupIntent(tx, intent);
  await mergePrivate(tx, intent.id, { challenge });
  await recordEvent(tx, "setup_intent.requires_action", intent);
  return { intent, decline: undefined };
}

export interface SetupResult {
  intent: Stripe.SetupIntent;
  decline: Decline | undefined;
}

interface SetupOptions {
  authenticated?: boolean;
  /** Attaches the card to a customer if the setup succeeds. */
  save?: SaveCard | null;
}

/**
 * Sets up a card for the intent's usage; a decline leaves the intent open. Does not ask for 3-D Secure:
 * `confirmSetup` does.
 */
export async function setUpCard(
  tx: Tx,
  before: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  card: TestCard,
  { authenticated = false, save = null }: SetupOptions = {},
): Promise<SetupResult> {
  const decline = card.onSetup;
  const used = save && !decline ? await saveCard(tx, method, save.customer, save.allowRedisplay) : method;
  if (!decline && before.usage === "off_session") await markSetUp(tx, used.id);
  const attempt = buildSetupAttempt(tx, before, used, {
    status: decline ? "failed" : "succeeded",
    decline,
    authenticated,
  });
  const intent: Stripe.SetupIntent = {
    ...before,
    latest_attempt: attempt.id,
    last_setup_error: attempt.setup_error as Stripe.SetupIntent.LastSetupError | null,
    next_action: null,
    payment_method: decline ? null : used.id,
    status: decline ? "requires_payment_method" : "succeeded",
  };
  await insertObject(tx, attempt, { refs: { setup_intent: intent.id } });
  await saveSetupIntent(tx, intent);
  await recordEvent(tx, decline ? "setup_intent.setup_failed" : "setup_intent.succeeded", intent);
  return { intent, decline };
}

/** Records a failed 3-D Secure challenge: the intent waits for another card. */
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
  await saveSetupIntent(tx, intent);
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

/** Cancels an intent in any open status. */
export async function releaseSetup(
  tx: Tx,
  before: Stripe.SetupIntent,
  reason: Stripe.SetupIntent.CancellationReason | null,
): Promise<Stripe.SetupIntent> {
  const intent: Stripe.SetupIntent = {
    ...before,
    cancellation_reason: reason,
    next_action: null,
    status: "canceled",
  };
  await saveSetupIntent(tx, intent);
  await recordEvent(tx, "setup_intent.canceled", intent);
  return intent;
}

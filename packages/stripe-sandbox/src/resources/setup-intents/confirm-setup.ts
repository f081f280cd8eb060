import { needsAuthentication } from "../../cards/needs-authentication";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { insertObject, mergePrivate, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { challengeUrl, newChallenge, nextAction, type SaveCard } from "../../three-d-secure/challenge";
import { readSecrets, testCardOf } from "../payment-methods/method-secrets";
import { type SetupResult, setUpCard } from "./set-up-card";
import { buildSetupAttempt } from "./setup-attempt";
import { setupIntentSaveOptions } from "./setup-intent";

export interface ConfirmSetupOptions {
  /** Where the customer goes after 3-D Secure. */
  returnUrl: string | null;
  /** Keeps the card for a customer when the setup succeeds. */
  save: SaveCard | null;
}

/** Sets a card up as far as it goes without the customer: `succeeded`, `requires_action`, or a decline. */
export async function confirmSetup(
  tx: Tx,
  intent: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  options: ConfirmSetupOptions,
): Promise<SetupResult> {
  const card = testCardOf(await readSecrets(tx, method.id));
  const isAsked = needsAuthentication(card, { offSession: false, isSetUp: false });
  return isAsked ? askBank(tx, intent, method, options) : setUpCard(tx, intent, method, card, options);
}

async function askBank(
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
  await updateObject(tx, intent, setupIntentSaveOptions(intent));
  await mergePrivate(tx, intent.id, { challenge });
  await recordEvent(tx, "setup_intent.requires_action", intent);
  return { intent, decline: undefined };
}

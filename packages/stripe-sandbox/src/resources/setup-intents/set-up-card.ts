import type { Decline } from "../../cards/declines";
import type { TestCard } from "../../cards/test-cards";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import type { SaveCard } from "../../three-d-secure/challenge";
import { saveCard } from "../payment-methods/attach-payment-method";
import { markSetUp } from "../payment-methods/method-secrets";
import { buildSetupAttempt } from "./setup-attempt";
import { setupIntentSaveOptions } from "./setup-intent";

export interface SetupResult {
  intent: Stripe.SetupIntent;
  decline: Decline | undefined;
}

export interface SetupOptions {
  authenticated?: boolean;
  /** Keeps the card for a customer when the setup succeeds. */
  save?: SaveCard | null;
}

/**
 * Sets a card up for the intent's usage, with the intent, the attempt and the events; a decline leaves it open. Does
 * not ask the bank about 3-D Secure: `confirmSetup` does.
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
  await updateObject(tx, intent, setupIntentSaveOptions(intent));
  await recordEvent(tx, decline ? "setup_intent.setup_failed" : "setup_intent.succeeded", intent);
  return { intent, decline };
}

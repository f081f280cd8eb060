import type { Decline } from "../../cards/declines";
import type { TestCard } from "../../cards/test-cards";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { buildSetupAttempt } from "./setup-attempt";
import { setupIntentSaveOptions } from "./setup-intent";

export interface SetupResult {
  intent: Stripe.SetupIntent;
  decline: Decline | undefined;
}

/** Sets a card up for off-session use, with the intent, the attempt and the events; a decline leaves it open. */
export async function setUpCard(
  tx: Tx,
  before: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  card: TestCard,
): Promise<SetupResult> {
  const decline = card.onSetup;
  const attempt = buildSetupAttempt(tx, before, method, decline);
  const intent: Stripe.SetupIntent = {
    ...before,
    latest_attempt: attempt.id,
    last_setup_error: attempt.setup_error as Stripe.SetupIntent.LastSetupError | null,
    payment_method: decline ? null : method.id,
    status: decline ? "requires_payment_method" : "succeeded",
  };
  await insertObject(tx, attempt, { refs: { setup_intent: intent.id } });
  await updateObject(tx, intent, setupIntentSaveOptions(intent));
  await recordEvent(tx, decline ? "setup_intent.setup_failed" : "setup_intent.succeeded", intent);
  return { intent, decline };
}

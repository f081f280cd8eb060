import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { setupIntentSaveOptions } from "./setup-intent";

/** Gives a setup up for good. */
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
  await updateObject(tx, intent, setupIntentSaveOptions(intent));
  await recordEvent(tx, "setup_intent.canceled", intent);
  return intent;
}

import type { ApiRequest } from "../../api/operation";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadLive, loadReferenced } from "../load-object";
import { mergeMetadata } from "../merge-metadata";
import { textOr, updatedText } from "../param-readers";
import { assertNotCheckouts, ownerOf } from "../payment-intents/intent-owner";
import { methodFromParams } from "../payment-methods/method-from-params";
import { OPEN } from "./confirm-setup-intent";
import { releaseSetup } from "./release-setup";
import { unexpectedSetupState } from "./setup-error";
import { setupIntentSaveOptions } from "./setup-intent";

const ALWAYS = ["description", "expand", "metadata"];

export async function updateSetupIntent(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.SetupIntent> {
  const id = ids.intent ?? "";
  const { data: before } = await loadLive<Stripe.SetupIntent>(tx, "setup_intent", id);
  const restricted = Object.keys(params).find((name) => !ALWAYS.includes(name));
  if (restricted) await assertUpdatable(tx, before, restricted);
  if (typeof params.customer === "string") await loadReferenced(tx, "customer", params.customer, "customer");
  const customer = textOr(params.customer, before.customer as string | null);
  const method = await methodFromParams(tx, params, customer);
  const after: Stripe.SetupIntent = {
    ...before,
    customer,
    description: updatedText(params.description, before.description),
    metadata: mergeMetadata(before.metadata, params.metadata),
    ...(method && { next_action: null, payment_method: method.id, status: "requires_confirmation" as const }),
  };
  await updateObject(tx, after, setupIntentSaveOptions(after));
  return after;
}

async function assertUpdatable(tx: Tx, intent: Stripe.SetupIntent, name: string): Promise<void> {
  if (await ownerOf(tx, intent.id)) {
    throw invalidRequest(
      `You cannot update ${name} on a SetupIntent that was created by a Checkout Session.`,
      name,
    );
  }
  if (OPEN.includes(intent.status)) return;
  throw unexpectedSetupState(
    intent,
    `This SetupIntent's ${name} could not be updated because it has a status of ${intent.status}.`,
  );
}

export async function cancelSetupIntent(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.SetupIntent> {
  const id = ids.intent ?? "";
  const { data: intent } = await loadLive<Stripe.SetupIntent>(tx, "setup_intent", id);
  if (!OPEN.includes(intent.status)) {
    throw unexpectedSetupState(
      intent,
      `You cannot cancel this SetupIntent because it has a status of ${intent.status}. Only a SetupIntent with one of the following statuses may be canceled: ${OPEN.join(", ")}.`,
    );
  }
  await assertNotCheckouts(tx, id, "cancel");
  const reason = textOr(params.cancellation_reason, null) as Stripe.SetupIntent.CancellationReason | null;
  return releaseSetup(tx, intent, reason);
}

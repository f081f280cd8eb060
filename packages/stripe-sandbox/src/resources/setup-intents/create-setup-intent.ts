import type { ApiRequest } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import type { StripeError } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { insertObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadReferenced } from "../load-object";
import { mergeMetadata } from "../merge-metadata";
import { listOf, textOr } from "../param-readers";
import { automaticMethods } from "../payment-intents/create-payment-intent";
import { methodFromParams } from "../payment-methods/method-from-params";
import { setUp, setupMethodMissing } from "./confirm-setup-intent";
import { buildSetupIntent, setupIntentSaveOptions } from "./setup-intent";

/** Makes an intent to save a card, and with `confirm` saves it at once. A declined intent exists all the same. */
export async function createSetupIntent(
  tx: Tx,
  { params }: ApiRequest,
): Promise<Stripe.SetupIntent | StripeError> {
  const customer = await readCustomer(tx, params);
  const method = await methodFromParams(tx, params, customer);
  const draft = buildSetupIntent(tx, {
    customer,
    description: textOr(params.description, null),
    metadata: mergeMetadata({}, params.metadata),
    allowedPaymentMethodTypes: listOf(params.allowed_payment_method_types)?.map(String) ?? null,
    automaticPaymentMethods: automaticMethods(params),
    usage: textOr(params.usage, "off_session") as "off_session" | "on_session",
  });
  const intent: Stripe.SetupIntent = method
    ? { ...draft, payment_method: method.id, status: "requires_confirmation" }
    : draft;
  if (params.confirm === true && !method) throw setupMethodMissing(intent);
  await insertObject(tx, intent, setupIntentSaveOptions(intent));
  await recordEvent(tx, "setup_intent.created", intent);
  return params.confirm === true && method ? setUp(tx, intent, method, params) : intent;
}

async function readCustomer(tx: Tx, { customer }: Params): Promise<string | null> {
  if (typeof customer !== "string") return null;
  await loadReferenced(tx, "customer", customer, "customer");
  return customer;
}

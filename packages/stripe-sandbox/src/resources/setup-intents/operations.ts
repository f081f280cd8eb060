import type { ApiRequest, Operation } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest, type StripeError } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import type { SaveCard } from "../../three-d-secure/challenge";
import {
  customerFromParams,
  listOperation,
  loadLive,
  loadReferenced,
  retrieveOperation,
} from "../load-object";
import { allowOnly, enumOr, mergeMetadata, textOr, textsOf, updatedText } from "../params";
import {
  checkCardsAllowed,
  checkConfirmOnly,
  checkOptions,
  checkReturnUrl,
} from "../payment-intents/check-payment-intent";
import { automaticMethods } from "../payment-intents/create-payment-intent";
import { assertNotFromCheckout, ownerOf } from "../payment-intents/intent-owner";
import { methodFromParams } from "../payment-methods/usable-payment-method";
import { confirmSetup, releaseSetup } from "./confirm-setup";
import {
  buildSetupIntent,
  insertSetupIntent,
  saveSetupIntent,
  setupRefusal,
  unexpectedSetupState,
} from "./setup-intent";

export const setupIntentOperations: readonly Operation[] = [
  { id: "SetupIntents.create", check: checkNewSetupIntent, run: createSetupIntent },
  retrieveOperation("SetupIntents.retrieve", "setup_intent", "intent"),
  listOperation("SetupIntents.list", "setup_intent", ["customer", "payment_method"]),
  { id: "SetupIntents.update", check: checkSetupIntentUpdate, run: updateSetupIntent },
  { id: "SetupIntents.confirm", check: checkSetupIntentConfirm, run: confirmSetupIntent },
  { id: "SetupIntents.cancel", run: cancelSetupIntent },
];

const ON_CONFIRMATION = ["mandate_data", "return_url", "use_stripe_sdk"];
const METHOD = ["payment_method", "payment_method_options"];
const CONTENT = ["allowed_payment_method_types", "customer", "description", "expand", "metadata", ...METHOD];
const CREATE = [...CONTENT, ...ON_CONFIRMATION, "automatic_payment_methods", "confirm", "usage"];

function checkNewSetupIntent({ params }: ApiRequest): void {
  checkContent(params, CREATE);
  checkConfirmOnly(params, ON_CONFIRMATION);
}

function checkSetupIntentUpdate({ params }: ApiRequest): void {
  checkContent(params, CONTENT);
}

function checkSetupIntentConfirm({ params }: ApiRequest): void {
  checkContent(params, [...ON_CONFIRMATION, ...METHOD, "expand"]);
}

function checkContent(params: Params, supported: readonly string[]): void {
  allowOnly(params, supported);
  checkCardsAllowed(params.allowed_payment_method_types, "SetupIntent");
  checkOptions(params.payment_method_options, ["request_three_d_secure"]);
  checkReturnUrl(params.return_url);
}

/** Creates an intent and, with `confirm`, sets up the card. A declined intent is kept. */
async function createSetupIntent(tx: Tx, { params }: ApiRequest): Promise<Stripe.SetupIntent | StripeError> {
  const customer = await customerFromParams(tx, params);
  const method = await methodFromParams(tx, params, customer);
  const draft = buildSetupIntent(tx, {
    customer,
    description: textOr(params.description, null),
    metadata: mergeMetadata({}, params.metadata),
    allowedPaymentMethodTypes: textsOf(params.allowed_payment_method_types) ?? null,
    automaticPaymentMethods: automaticMethods(params),
    usage: enumOr(params.usage, "off_session"),
  });
  const intent: Stripe.SetupIntent = method
    ? { ...draft, payment_method: method.id, status: "requires_confirmation" }
    : draft;
  if (params.confirm === true && !method) throw setupMethodMissing(intent);
  await insertSetupIntent(tx, intent);
  return params.confirm === true && method ? setUp(tx, intent, method, params) : intent;
}

const OPEN = ["requires_payment_method", "requires_confirmation", "requires_action"];

/** `POST /v1/setup_intents/{intent}/confirm` */
async function confirmSetupIntent(
  tx: Tx,
  { params, ids }: ApiRequest,
): Promise<Stripe.SetupIntent | StripeError> {
  const id = ids.intent ?? "";
  const { data: intent } = await loadLive<Stripe.SetupIntent>(tx, "setup_intent", id);
  if (!OPEN.includes(intent.status)) throw notConfirmable(intent);
  await assertNotFromCheckout(tx, id, "confirm");
  const customer = intent.customer as string | null;
  const method = await methodFromParams(tx, params, customer, intent.payment_method);
  if (!method) throw setupMethodMissing(intent);
  return setUp(tx, intent, method, params);
}

/** Sets up a card with the parameters of a confirmation. A decline is returned, not thrown, so that it is kept. */
async function setUp(
  tx: Tx,
  intent: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  params: Params,
): Promise<Stripe.SetupIntent | StripeError> {
  if (method.type !== "card") {
    throw invalidRequest(
      `This sandbox does not save payment methods of the type ${method.type} yet.`,
      "payment_method",
    );
  }
  const result = await confirmSetup(tx, intent, method, {
    returnUrl: textOr(params.return_url, null),
    save: cardToSave(intent, method),
  });
  return result.decline ? setupRefusal(result.decline, result.intent) : result.intent;
}

function setupMethodMissing(intent: Stripe.SetupIntent): StripeError {
  return unexpectedSetupState(
    intent,
    "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a payment method and then confirm it again.",
  );
}

function notConfirmable(intent: Stripe.SetupIntent): StripeError {
  return unexpectedSetupState(
    intent,
    intent.status === "succeeded"
      ? "You cannot confirm this SetupIntent because it has already succeeded."
      : `You cannot confirm this SetupIntent because it has a status of ${intent.status}.`,
  );
}

/** A setup for a customer also attaches the card. */
function cardToSave(intent: Stripe.SetupIntent, method: Stripe.PaymentMethod): SaveCard | null {
  if (typeof intent.customer !== "string" || method.customer) return null;
  return { customer: intent.customer, allowRedisplay: method.allow_redisplay ?? "unspecified" };
}

const ALWAYS = ["description", "expand", "metadata"];

async function updateSetupIntent(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.SetupIntent> {
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
  await saveSetupIntent(tx, after);
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

async function cancelSetupIntent(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.SetupIntent> {
  const id = ids.intent ?? "";
  const { data: intent } = await loadLive<Stripe.SetupIntent>(tx, "setup_intent", id);
  if (!OPEN.includes(intent.status)) {
    throw unexpectedSetupState(
      intent,
      `You cannot cancel this SetupIntent because it has a status of ${intent.status}. Only a SetupIntent with one of the following statuses may be canceled: ${OPEN.join(", ")}.`,
    );
  }
  await assertNotFromCheckout(tx, id, "cancel");
  const reason = enumOr<Stripe.SetupIntent.CancellationReason | null>(params.cancellation_reason, null);
  return releaseSetup(tx, intent, reason);
}

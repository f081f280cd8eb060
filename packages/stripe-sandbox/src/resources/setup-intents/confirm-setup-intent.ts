import type { ApiRequest } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest, type StripeError } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import type { SaveCard } from "../../three-d-secure/challenge";
import { loadLive } from "../load-object";
import { textOr } from "../param-readers";
import { assertNotCheckouts } from "../payment-intents/intent-owner";
import { methodFromParams } from "../payment-methods/method-from-params";
import { usablePaymentMethod } from "../payment-methods/usable-payment-method";
import { confirmSetup } from "./confirm-setup";
import { setupRefusal, unexpectedSetupState } from "./setup-error";

export const OPEN = ["requires_payment_method", "requires_confirmation", "requires_action"];

/** `POST /v1/setup_intents/{intent}/confirm` */
export async function confirmSetupIntent(
  tx: Tx,
  { params, ids }: ApiRequest,
): Promise<Stripe.SetupIntent | StripeError> {
  const id = ids.intent ?? "";
  const { data: intent } = await loadLive<Stripe.SetupIntent>(tx, "setup_intent", id);
  if (!OPEN.includes(intent.status)) throw notConfirmable(intent);
  await assertNotCheckouts(tx, id, "confirm");
  const customer = intent.customer as string | null;
  const method =
    (await methodFromParams(tx, params, customer)) ?? (await currentMethod(tx, intent, customer));
  if (!method) throw setupMethodMissing(intent);
  return setUp(tx, intent, method, params);
}

/** Saves the card with the parameters of a confirmation. A refused attempt stays. */
export async function setUp(
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
    save: wishToSave(intent, method),
  });
  return result.decline ? setupRefusal(result.decline, result.intent) : result.intent;
}

export function setupMethodMissing(intent: Stripe.SetupIntent): StripeError {
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

async function currentMethod(
  tx: Tx,
  intent: Stripe.SetupIntent,
  customer: string | null,
): Promise<Stripe.PaymentMethod | undefined> {
  if (typeof intent.payment_method !== "string") return undefined;
  return usablePaymentMethod(tx, intent.payment_method, customer, "payment_method");
}

/** A setup for a customer attaches the card; one for nobody only leaves it set up. */
function wishToSave(intent: Stripe.SetupIntent, method: Stripe.PaymentMethod): SaveCard | null {
  if (typeof intent.customer !== "string" || method.customer) return null;
  return { customer: intent.customer, allowRedisplay: method.allow_redisplay ?? "unspecified" };
}

import type { ApiRequest } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest, type StripeError } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import type { SaveCard } from "../../three-d-secure/challenge";
import { loadLive } from "../load-object";
import { textOr, updatedText } from "../param-readers";
import { methodFromParams } from "../payment-methods/method-from-params";
import { usablePaymentMethod } from "../payment-methods/usable-payment-method";
import { readShipping } from "../shipping";
import { confirmIntent } from "./confirm-intent";
import { assertNotCheckouts } from "./intent-owner";
import { lockOwner } from "./lock-owner";
import { declineRefusal, unexpectedState } from "./payment-error";
import { withOptions } from "./payment-method-options";

const CONFIRMABLE = ["requires_payment_method", "requires_confirmation", "requires_action"];

/** `POST /v1/payment_intents/{intent}/confirm` */
export async function confirmPaymentIntent(
  tx: Tx,
  { params, ids }: ApiRequest,
): Promise<Stripe.PaymentIntent | StripeError> {
  const id = ids.intent ?? "";
  await lockOwner(tx, id);
  const { data: stored } = await loadLive<Stripe.PaymentIntent>(tx, "payment_intent", id);
  if (!CONFIRMABLE.includes(stored.status)) throw notConfirmable(stored);
  await assertNotCheckouts(tx, id, "confirm");
  const customer = stored.customer as string | null;
  const method =
    (await methodFromParams(tx, params, customer)) ?? (await currentMethod(tx, stored, customer));
  if (!method) throw methodMissing(stored);
  return pay(tx, applyConfirmParams(stored, params), method, params);
}

/** Pays with the parameters of a confirmation, and tells what the intent belongs to. A refused charge stays. */
export async function pay(
  tx: Tx,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  params: Params,
): Promise<Stripe.PaymentIntent | StripeError> {
  assertAllowed(intent, method);
  const offSession = isOffSession(params);
  if (offSession && intent.setup_future_usage) {
    throw invalidRequest(
      "You cannot confirm with the `off_session` parameter when `setup_future_usage` is also set on the PaymentIntent because you cannot set up future usages when processing payments off-session.",
      "off_session",
    );
  }
  const result = await confirmIntent(tx, intent, method, {
    offSession,
    returnUrl: textOr(params.return_url, null),
    errorOnAction: params.error_on_requires_action === true,
    save: wishToSave(intent, method),
  });
  await tx.notifyPaymentOwner(result);
  return result.decline ? declineRefusal(result.decline, result.intent, result.charge) : result.intent;
}

function assertAllowed(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): void {
  const types: readonly string[] = intent.payment_method_types;
  if (types.includes(method.type)) return;
  throw invalidRequest(
    `The PaymentMethod provided (${method.type}) is not allowed for this PaymentIntent. Please attach a PaymentMethod of one of the following types: ${types.join(", ")}.`,
    "payment_method",
    "payment_intent_incompatible_payment_method",
  );
}

export function methodMissing(intent: Stripe.PaymentIntent): StripeError {
  return unexpectedState(
    intent,
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
  );
}

function notConfirmable(intent: Stripe.PaymentIntent): StripeError {
  const isPaid = intent.status === "succeeded" || intent.status === "requires_capture";
  return unexpectedState(
    intent,
    isPaid
      ? "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
      : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be confirmed: ${CONFIRMABLE.join(", ")}.`,
  );
}

function isOffSession({ off_session: value }: Params): boolean {
  return value === true || typeof value === "string";
}

async function currentMethod(
  tx: Tx,
  intent: Stripe.PaymentIntent,
  customer: string | null,
): Promise<Stripe.PaymentMethod | undefined> {
  if (typeof intent.payment_method !== "string") return undefined;
  return usablePaymentMethod(tx, intent.payment_method, customer, "payment_method");
}

function applyConfirmParams(intent: Stripe.PaymentIntent, params: Params): Stripe.PaymentIntent {
  return withOptions(
    {
      ...intent,
      capture_method: textOr(
        params.capture_method,
        intent.capture_method,
      ) as Stripe.PaymentIntent.CaptureMethod,
      receipt_email: updatedText(params.receipt_email, intent.receipt_email),
      setup_future_usage: updatedText(
        params.setup_future_usage,
        intent.setup_future_usage,
      ) as Stripe.PaymentIntent.SetupFutureUsage | null,
      ...(params.shipping !== undefined && { shipping: readShipping(params.shipping) }),
    },
    params,
  );
}

/** With `setup_future_usage` a payment also attaches its new card to the customer. */
function wishToSave(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): SaveCard | null {
  if (!intent.setup_future_usage || typeof intent.customer !== "string" || method.customer) return null;
  return { customer: intent.customer, allowRedisplay: method.allow_redisplay ?? "unspecified" };
}

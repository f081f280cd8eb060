import type { ApiRequest, Operation } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { listOperation, loadLive, loadReferenced, retrieveOperation } from "../load-object";
import { enumOr, mergeMetadata, numberOr, readShipping, textOr, textsOf, updatedText } from "../params";
import { methodFromParams } from "../payment-methods/usable-payment-method";
import { cancelPaymentIntent } from "./cancel-payment-intent";
import { capturePaymentIntent, checkCapture } from "./capture-payment-intent";
import {
  checkNewPaymentIntent,
  checkPaymentIntentConfirm,
  checkPaymentIntentUpdate,
} from "./check-payment-intent";
import { confirmPaymentIntent, createPaymentIntent } from "./create-payment-intent";
import { ownerOf } from "./intent-owner";
import { applyCardOptions, savePaymentIntent, unexpectedState } from "./payment-intent";

export const paymentIntentOperations: readonly Operation[] = [
  { id: "PaymentIntents.create", check: checkNewPaymentIntent, run: createPaymentIntent },
  retrieveOperation("PaymentIntents.retrieve", "payment_intent", "intent"),
  listOperation("PaymentIntents.list", "payment_intent", ["customer"]),
  {
    id: "PaymentIntents.update",
    canUnset: ["description", "statement_descriptor_suffix"],
    check: checkPaymentIntentUpdate,
    run: updatePaymentIntent,
  },
  { id: "PaymentIntents.confirm", check: checkPaymentIntentConfirm, run: confirmPaymentIntent },
  { id: "PaymentIntents.capture", check: checkCapture, run: capturePaymentIntent },
  { id: "PaymentIntents.cancel", run: cancelPaymentIntent },
];

/** May change at any time, also after the payment and on an intent of a session or invoice. */
const ALWAYS = ["description", "expand", "metadata", "receipt_email"];
const OPEN = ["requires_payment_method", "requires_confirmation", "requires_action"];

async function updatePaymentIntent(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.PaymentIntent> {
  const id = ids.intent ?? "";
  const { data: before } = await loadLive<Stripe.PaymentIntent>(tx, "payment_intent", id);
  const restricted = Object.keys(params).find((name) => !ALWAYS.includes(name));
  if (restricted) await assertUpdatable(tx, before, restricted);
  const after = withMethod(applyCardOptions(applyParams(before, params), params), {
    method: await readMethod(tx, before, params),
    isNewPayment: restricted !== undefined,
  });
  await savePaymentIntent(tx, after);
  return after;
}

async function assertUpdatable(tx: Tx, intent: Stripe.PaymentIntent, name: string): Promise<void> {
  const owner = await ownerOf(tx, intent.id);
  if (owner) {
    const maker = owner === "checkout.session" ? "a Checkout Session" : "an invoice";
    throw invalidRequest(`You cannot update ${name} on a PaymentIntent that was created by ${maker}.`, name);
  }
  if (OPEN.includes(intent.status)) return;
  throw unexpectedState(
    intent,
    `This PaymentIntent's ${name} could not be updated because it has a status of ${intent.status}. You may only update the ${name} of a PaymentIntent with one of the following statuses: ${OPEN.join(", ")}.`,
  );
}

async function readMethod(
  tx: Tx,
  intent: Stripe.PaymentIntent,
  params: Params,
): Promise<Stripe.PaymentMethod | undefined> {
  const customer = textOr(params.customer, intent.customer as string | null);
  if (typeof params.customer === "string") await loadReferenced(tx, "customer", params.customer, "customer");
  return methodFromParams(tx, params, customer);
}

function applyParams(before: Stripe.PaymentIntent, params: Params): Stripe.PaymentIntent {
  const allowed = textsOf(params.allowed_payment_method_types);
  return {
    ...before,
    ...(allowed && {
      allowed_payment_method_types: allowed as Stripe.PaymentIntent["allowed_payment_method_types"],
    }),
    amount: numberOr(params.amount, before.amount),
    capture_method: enumOr(params.capture_method, before.capture_method),
    currency: textOr(params.currency, before.currency).toLowerCase(),
    customer: textOr(params.customer, before.customer as string | null),
    description: updatedText(params.description, before.description),
    metadata: mergeMetadata(before.metadata, params.metadata),
    receipt_email: updatedText(params.receipt_email, before.receipt_email),
    setup_future_usage: updatedText(params.setup_future_usage, before.setup_future_usage),
    ...(params.shipping !== undefined && { shipping: readShipping(params.shipping) }),
    statement_descriptor_suffix: updatedText(
      params.statement_descriptor_suffix,
      before.statement_descriptor_suffix,
    ),
  };
}

/** Another payment method or amount withdraws a pending 3-D Secure challenge. */
function withMethod(
  intent: Stripe.PaymentIntent,
  { method, isNewPayment }: { method: Stripe.PaymentMethod | undefined; isNewPayment: boolean },
): Stripe.PaymentIntent {
  if (method) {
    return { ...intent, next_action: null, payment_method: method.id, status: "requires_confirmation" };
  }
  if (!isNewPayment || intent.status !== "requires_action") return intent;
  return { ...intent, next_action: null, status: "requires_confirmation" };
}

import type { ApiRequest } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadLive, loadReferenced } from "../load-object";
import { mergeMetadata } from "../merge-metadata";
import { listOf, numberOr, textOr, updatedText } from "../param-readers";
import { methodFromParams } from "../payment-methods/method-from-params";
import { readShipping } from "../shipping";
import { ownerOf } from "./intent-owner";
import { unexpectedState } from "./payment-error";
import { paymentIntentSaveOptions } from "./payment-intent";
import { withOptions } from "./payment-method-options";

/** May change at any time, also when the payment is over or belongs to something else. */
const ALWAYS = ["description", "expand", "metadata", "receipt_email"];
const OPEN = ["requires_payment_method", "requires_confirmation", "requires_action"];

export async function updatePaymentIntent(
  tx: Tx,
  { params, ids }: ApiRequest,
): Promise<Stripe.PaymentIntent> {
  const id = ids.intent ?? "";
  const { data: before } = await loadLive<Stripe.PaymentIntent>(tx, "payment_intent", id);
  const restricted = Object.keys(params).find((name) => !ALWAYS.includes(name));
  if (restricted) await assertUpdatable(tx, before, restricted);
  const after = withMethod(withOptions(applyParams(before, params), params), {
    method: await readMethod(tx, before, params),
    isNewPayment: restricted !== undefined,
  });
  await updateObject(tx, after, paymentIntentSaveOptions(after));
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
  const allowed = listOf(params.allowed_payment_method_types)?.map(String);
  return {
    ...before,
    ...(allowed && {
      allowed_payment_method_types: allowed as Stripe.PaymentIntent["allowed_payment_method_types"],
    }),
    amount: numberOr(params.amount, before.amount),
    capture_method: textOr(
      params.capture_method,
      before.capture_method,
    ) as Stripe.PaymentIntent.CaptureMethod,
    currency: textOr(params.currency, before.currency).toLowerCase(),
    customer: textOr(params.customer, before.customer as string | null),
    description: updatedText(params.description, before.description),
    metadata: mergeMetadata(before.metadata, params.metadata),
    receipt_email: updatedText(params.receipt_email, before.receipt_email),
    setup_future_usage: updatedText(
      params.setup_future_usage,
      before.setup_future_usage,
    ) as Stripe.PaymentIntent.SetupFutureUsage | null,
    ...(params.shipping !== undefined && { shipping: readShipping(params.shipping) }),
    statement_descriptor_suffix: updatedText(
      params.statement_descriptor_suffix,
      before.statement_descriptor_suffix,
    ),
  };
}

/** Another payment method or amount takes back a question to the bank: it was about the old ones. */
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

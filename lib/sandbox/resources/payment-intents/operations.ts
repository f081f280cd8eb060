import type { ApiRequest, Operation } from "../../api/operation";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadLive } from "../load-object";
import { mergeMetadata } from "../merge-metadata";
import { updatedText } from "../param-readers";
import { listOperation, retrieveOperation } from "../read-operations";
import { paymentIntentSaveOptions } from "./payment-intent";

const UPDATABLE = ["description", "metadata", "receipt_email", "expand"];

export const paymentIntentOperations: readonly Operation[] = [
  retrieveOperation("PaymentIntents.retrieve", "payment_intent", "intent"),
  listOperation("PaymentIntents.list", "payment_intent", ["customer"]),
  { id: "PaymentIntents.update", canUnset: ["description"], check: checkUpdate, run: updatePaymentIntent },
];

/** All intents here belong to a Checkout session, which owns the amount and the payment method. */
function checkUpdate({ params }: ApiRequest): void {
  const other = Object.keys(params).find((name) => !UPDATABLE.includes(name));
  if (!other) return;
  throw invalidRequest(
    `You cannot update ${other} on a PaymentIntent that was created by a Checkout Session.`,
    other,
  );
}

async function updatePaymentIntent(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.PaymentIntent> {
  const { data: before } = await loadLive<Stripe.PaymentIntent>(tx, "payment_intent", ids.intent ?? "");
  const after: Stripe.PaymentIntent = {
    ...before,
    description: updatedText(params.description, before.description),
    metadata: mergeMetadata(before.metadata, params.metadata),
    receipt_email: updatedText(params.receipt_email, before.receipt_email),
  };
  await updateObject(tx, after, paymentIntentSaveOptions(after));
  return after;
}

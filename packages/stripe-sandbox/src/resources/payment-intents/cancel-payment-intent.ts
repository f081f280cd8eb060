import type { ApiRequest } from "../../api/operation";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { loadLive } from "../load-object";
import { textOr } from "../param-readers";
import { assertNotCheckouts, ownerOf } from "./intent-owner";
import { lockOwner } from "./lock-owner";
import { unexpectedState } from "./payment-error";
import { releaseIntent } from "./release-intent";

const CANCELABLE = [
  "requires_payment_method",
  "requires_capture",
  "requires_confirmation",
  "requires_action",
];

export async function cancelPaymentIntent(
  tx: Tx,
  { params, ids }: ApiRequest,
): Promise<Stripe.PaymentIntent> {
  const id = ids.intent ?? "";
  await lockOwner(tx, id);
  const { data: intent } = await loadLive<Stripe.PaymentIntent>(tx, "payment_intent", id);
  if (!CANCELABLE.includes(intent.status)) {
    throw unexpectedState(
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: ${CANCELABLE.join(", ")}.`,
    );
  }
  await assertNotCheckouts(tx, id, "cancel");
  if ((await ownerOf(tx, id)) === "invoice_payment") {
    throw invalidRequest("You cannot cancel the PaymentIntent of an invoice. Void the invoice instead.");
  }
  const reason = textOr(params.cancellation_reason, null) as Stripe.PaymentIntent.CancellationReason | null;
  return releaseIntent(tx, intent, reason);
}

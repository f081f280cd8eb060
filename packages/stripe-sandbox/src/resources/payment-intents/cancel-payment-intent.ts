import type { ApiRequest } from "../../api/operation";
import { invalidRequest } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadLive } from "../load-object";
import { enumOr } from "../params";
import { loadLatestCharge } from "./debit-bank";
import { assertNotFromCheckout, lockOwner, ownerOf } from "./intent-owner";
import { savePaymentIntent, unexpectedState } from "./payment-intent";

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
  await assertNotFromCheckout(tx, id, "cancel");
  if ((await ownerOf(tx, id)) === "invoice_payment") {
    throw invalidRequest("You cannot cancel the PaymentIntent of an invoice. Void the invoice instead.");
  }
  const reason = enumOr<Stripe.PaymentIntent.CancellationReason | null>(params.cancellation_reason, null);
  return releaseIntent(tx, intent, reason);
}

/** Cancels an intent in any open status and releases an amount held on a card. */
export async function releaseIntent(
  tx: Tx,
  before: Stripe.PaymentIntent,
  reason: Stripe.PaymentIntent.CancellationReason | null,
): Promise<Stripe.PaymentIntent> {
  if (before.status === "requires_capture") await releaseHold(tx, before, reason === "automatic");
  const intent: Stripe.PaymentIntent = {
    ...before,
    amount_capturable: 0,
    canceled_at: tx.now,
    cancellation_reason: reason,
    next_action: null,
    status: "canceled",
  };
  await savePaymentIntent(tx, intent, null);
  await recordEvent(tx, "payment_intent.canceled", intent);
  return intent;
}

/** Stripe shows a released hold as refunded, although no money moved. */
async function releaseHold(tx: Tx, intent: Stripe.PaymentIntent, lapsed: boolean): Promise<void> {
  const held = await loadLatestCharge(tx, intent);
  const charge: Stripe.Charge = { ...held, amount_refunded: held.amount, refunded: true };
  await updateObject(tx, charge);
  await recordEvent(tx, lapsed ? "charge.expired" : "charge.refunded", charge);
}

import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadLatestCharge } from "./debit-bank";
import { paymentIntentSaveOptions } from "./payment-intent";

/** Gives a payment up for good. An amount that was held on a card goes back to it. */
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
  await updateObject(tx, intent, { ...paymentIntentSaveOptions(intent), dueAt: null });
  await recordEvent(tx, "payment_intent.canceled", intent);
  return intent;
}

/** Stripe shows a hold that was given back as refunded, although no money had moved. */
async function releaseHold(tx: Tx, intent: Stripe.PaymentIntent, lapsed: boolean): Promise<void> {
  const held = await loadLatestCharge(tx, intent);
  const charge: Stripe.Charge = { ...held, amount_refunded: held.amount, refunded: true };
  await updateObject(tx, charge);
  await recordEvent(tx, lapsed ? "charge.expired" : "charge.refunded", charge);
}

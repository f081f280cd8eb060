import type { Decline } from "../../cards/declines";
import type { TestCard } from "../../cards/test-cards";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { buildBalanceTransaction } from "../balance-transactions/balance-transaction";
import { buildCharge } from "../charges/charge";
import { paymentIntentSaveOptions } from "./payment-intent";

export interface ChargeResult {
  intent: Stripe.PaymentIntent;
  charge: Stripe.Charge;
  decline: Decline | undefined;
}

/**
 * Charges a card for the intent's amount, now and in one step. Writes the charge, the balance transaction, the
 * intent and their events; a decline leaves the intent open for another card.
 */
export async function chargeCard(
  tx: Tx,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  card: TestCard,
): Promise<ChargeResult> {
  return card.onCharge ? declineCharge(tx, intent, method, card.onCharge) : succeedCharge(tx, intent, method);
}

async function succeedCharge(
  tx: Tx,
  before: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
): Promise<ChargeResult> {
  const charge = buildCharge(tx, before, method, undefined);
  const movement = buildBalanceTransaction(tx, charge);
  charge.balance_transaction = movement.id;
  const intent: Stripe.PaymentIntent = {
    ...before,
    amount_received: before.amount,
    last_payment_error: null,
    latest_charge: charge.id,
    payment_method: method.id,
    status: "succeeded",
  };
  await insertObject(tx, movement, {
    refs: { source: charge.id, type: "charge", currency: charge.currency },
  });
  await saveChargeAndIntent(tx, charge, intent);
  await recordEvent(tx, "charge.succeeded", charge);
  await recordEvent(tx, "payment_intent.succeeded", intent);
  return { intent, charge, decline: undefined };
}

async function declineCharge(
  tx: Tx,
  before: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  decline: Decline,
): Promise<ChargeResult> {
  const charge = buildCharge(tx, before, method, decline);
  const intent: Stripe.PaymentIntent = {
    ...before,
    last_payment_error: {
      ...decline,
      charge: charge.id,
      doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll("_", "-")}`,
      payment_method: method,
      type: "card_error",
    },
    latest_charge: charge.id,
    payment_method: null,
    status: "requires_payment_method",
  };
  await saveChargeAndIntent(tx, charge, intent);
  await recordEvent(tx, "charge.failed", charge);
  await recordEvent(tx, "payment_intent.payment_failed", intent);
  return { intent, charge, decline };
}

async function saveChargeAndIntent(
  tx: Tx,
  charge: Stripe.Charge,
  intent: Stripe.PaymentIntent,
): Promise<void> {
  await insertObject(tx, charge, {
    refs: { customer: charge.customer as string | null, payment_intent: intent.id },
  });
  await updateObject(tx, intent, paymentIntentSaveOptions(intent));
}

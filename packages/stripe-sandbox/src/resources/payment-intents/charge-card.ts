import type { Decline } from "../../cards/declines";
import type { TestCard } from "../../cards/test-cards";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import type { SaveCard } from "../../three-d-secure/challenge";
import { recordChargeMovement } from "../balance-transactions/charge-movement";
import { announceCapture } from "../charges/announce-capture";
import { captureBefore } from "../charges/card-details";
import { buildCharge } from "../charges/charge";
import { captureDelaySeconds } from "../charges/late-capture";
import { saveCard } from "../payment-methods/attach-payment-method";
import { rememberPayment } from "../payment-methods/method-secrets";
import { declinedError } from "./payment-error";
import { paymentIntentSaveOptions } from "./payment-intent";

export interface ChargeResult {
  intent: Stripe.PaymentIntent;
  charge: Stripe.Charge;
  decline: Decline | undefined;
}

export interface ChargeOptions {
  /** The cardholder passed 3-D Secure for this charge. */
  authenticated?: boolean;
  /** Keeps the card for a customer when the charge succeeds. */
  save?: SaveCard | null;
}

/**
 * Charges a card for the intent's amount, now and in one step; with manual capture the amount is only held. Writes
 * the charge, the balance transaction, the intent and their events; a decline leaves the intent open for another card.
 * Does not ask the bank about 3-D Secure: `confirmIntent` does.
 */
export async function chargeCard(
  tx: Tx,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  card: TestCard,
  options: ChargeOptions = {},
): Promise<ChargeResult> {
  if (card.onCharge) return declineCharge(tx, intent, method, card.onCharge, options);
  const used = options.save
    ? await saveCard(tx, method, options.save.customer, options.save.allowRedisplay)
    : method;
  await rememberPayment(tx, used, intent.setup_future_usage);
  return intent.capture_method === "manual"
    ? holdAmount(tx, intent, used, options)
    : takeAmount(tx, intent, used, card, options);
}

async function takeAmount(
  tx: Tx,
  before: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  card: TestCard,
  { authenticated = false }: ChargeOptions,
): Promise<ChargeResult> {
  const charge = buildCharge(tx, before, method, { kind: "captured", authenticated });
  const delaySeconds = await captureDelaySeconds(tx, before);
  if (delaySeconds === 0) charge.balance_transaction = (await recordChargeMovement(tx, charge)).id;
  const intent: Stripe.PaymentIntent = {
    ...before,
    amount_received: before.amount,
    last_payment_error: null,
    latest_charge: charge.id,
    next_action: null,
    payment_method: method.id,
    status: "succeeded",
  };
  await insertCharge(tx, charge, delaySeconds === 0 ? null : tx.now + delaySeconds);
  await updateObject(tx, intent, paymentIntentSaveOptions(intent));
  await announceCapture(tx, { charge, intent, card, chargeEvent: "charge.succeeded" });
  return { intent, charge, decline: undefined };
}

/** Reserves the amount on the card until it is captured, or until the reservation lapses. */
async function holdAmount(
  tx: Tx,
  before: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  { authenticated = false }: ChargeOptions,
): Promise<ChargeResult> {
  const charge = buildCharge(tx, before, method, { kind: "authorized", authenticated });
  const intent: Stripe.PaymentIntent = {
    ...before,
    amount_capturable: before.amount,
    last_payment_error: null,
    latest_charge: charge.id,
    next_action: null,
    payment_method: method.id,
    status: "requires_capture",
  };
  await insertCharge(tx, charge);
  await updateObject(tx, intent, { ...paymentIntentSaveOptions(intent), dueAt: captureBefore(tx.now) });
  await recordEvent(tx, "charge.succeeded", charge);
  await recordEvent(tx, "payment_intent.amount_capturable_updated", intent);
  return { intent, charge, decline: undefined };
}

/** Refuses the charge and leaves the intent waiting for another payment method. */
export async function declineCharge(
  tx: Tx,
  before: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  decline: Decline,
  { authenticated = false }: ChargeOptions = {},
): Promise<ChargeResult> {
  const charge = buildCharge(tx, before, method, { kind: "failed", decline, authenticated });
  const intent: Stripe.PaymentIntent = {
    ...before,
    last_payment_error: declinedError(decline, method, charge.id),
    latest_charge: charge.id,
    next_action: null,
    payment_method: null,
    status: "requires_payment_method",
  };
  await insertCharge(tx, charge);
  await updateObject(tx, intent, paymentIntentSaveOptions(intent));
  await recordEvent(tx, "charge.failed", charge);
  await recordEvent(tx, "payment_intent.payment_failed", intent);
  return { intent, charge, decline };
}

async function insertCharge(tx: Tx, charge: Stripe.Charge, dueAt: number | null = null): Promise<void> {
  await insertObject(tx, charge, { refs: chargeRefs(charge), dueAt });
}

/** Values that lists of charges filter by. */
export function chargeRefs(charge: Stripe.Charge) {
  return {
    customer: charge.customer as string | null,
    payment_intent: charge.payment_intent as string | null,
  };
}

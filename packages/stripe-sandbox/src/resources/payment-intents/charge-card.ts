import type { Decline } from "../../cards/declines";
import type { TestCard } from "../../cards/test-cards";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { insertObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import type { SaveCard } from "../../three-d-secure/challenge";
import { recordChargeFunds } from "../balance/payment-funds";
import { announceCapture, captureDelaySeconds } from "../charges/capture";
import { buildCharge, captureBefore } from "../charges/charge";
import { saveCard } from "../payment-methods/attach-payment-method";
import { rememberPayment } from "../payment-methods/payment-method";
import { declinedError, type PaymentResult, savePaymentIntent } from "./payment-intent";

interface ChargeOptions {
  authenticated?: boolean;
  /** Attaches the card to a customer if the charge succeeds. */
  save?: SaveCard | null;
}

/**
 * Charges a card for the intent's amount; with manual capture, only holds it. A decline leaves the intent open for
 * another card. Does not ask for 3-D Secure: `confirmIntent` does.
 */
export async function chargeCard(
  tx: Tx,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  card: TestCard,
  options: ChargeOptions = {},
): Promise<PaymentResult> {
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
): Promise<PaymentResult> {
  const charge = buildCharge(tx, before, method, { kind: "captured", authenticated });
  const delaySeconds = await captureDelaySeconds(tx, before);
  if (delaySeconds === 0) charge.balance_transaction = (await recordChargeFunds(tx, charge)).id;
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
  await savePaymentIntent(tx, intent);
  await announceCapture(tx, { charge, intent, card, chargeEvent: "charge.succeeded" });
  return { intent, charge, decline: undefined };
}

/** Holds the amount on the card until it is captured or the authorization expires. */
async function holdAmount(
  tx: Tx,
  before: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  { authenticated = false }: ChargeOptions,
): Promise<PaymentResult> {
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
  await savePaymentIntent(tx, intent, captureBefore(tx.now));
  await recordEvent(tx, "charge.succeeded", charge);
  await recordEvent(tx, "payment_intent.amount_capturable_updated", intent);
  return { intent, charge, decline: undefined };
}

/** Declines the charge and leaves the intent open for another payment method. */
export async function declineCharge(
  tx: Tx,
  before: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  decline: Decline,
  { authenticated = false }: ChargeOptions = {},
): Promise<PaymentResult> {
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
  await savePaymentIntent(tx, intent);
  await recordEvent(tx, "charge.failed", charge);
  await recordEvent(tx, "payment_intent.payment_failed", intent);
  return { intent, charge, decline };
}

async function insertCharge(tx: Tx, charge: Stripe.Charge, dueAt: number | null = null): Promise<void> {
  await insertObject(tx, charge, { refs: chargeRefs(charge), dueAt });
}

export function chargeRefs(charge: Stripe.Charge) {
  return {
    customer: charge.customer as string | null,
    payment_intent: charge.payment_intent as string | null,
  };
}

import type { Params } from "../../api/request-schema";
import { invalidRequest, noSuchObject, type StripeError } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { findObject, findObjects } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { takesFunds } from "../disputes/dispute-status";
import { unrefundedCents } from "./with-refunded";

/** The charge that a new refund names, directly or by its PaymentIntent, locked until the refund is made. */
export async function lockRefundableCharge(tx: Tx, params: Params): Promise<Stripe.Charge> {
  const charge =
    typeof params.charge === "string"
      ? await lockCharge(tx, params.charge)
      : await lockChargeOfIntent(tx, String(params.payment_intent));
  await assertRefundable(tx, charge);
  return charge;
}

async function lockCharge(tx: Tx, id: string): Promise<Stripe.Charge> {
  const stored = await findObject<Stripe.Charge>(tx, "charge", id, "lock");
  // Stripe blames `id` here, although the parameter is called `charge`.
  if (!stored) throw noSuchObject("charge", id, "id");
  return stored.data;
}

async function lockChargeOfIntent(tx: Tx, id: string): Promise<Stripe.Charge> {
  const intent = await findObject<Stripe.PaymentIntent>(tx, "payment_intent", id);
  if (!intent) throw noSuchObject("payment_intent", id, "payment_intent");
  const latest = intent.data.latest_charge;
  if (typeof latest !== "string") throw noSuccessfulCharge(id);
  return lockCharge(tx, latest);
}

async function assertRefundable(tx: Tx, charge: Stripe.Charge): Promise<void> {
  if (charge.status !== "succeeded") throw noSuccessfulCharge(String(charge.payment_intent));
  if (!charge.captured) {
    throw invalidRequest(
      `This uncaptured Charge was created by a PaymentIntent (${charge.payment_intent}). You must cancel the PaymentIntent to reverse the authorization instead of refunding the Charge directly. For more information, see https://stripe.com/docs/payments/place-a-hold-on-a-payment-method`,
    );
  }
  await assertNotChargedBack(tx, charge);
  if (unrefundedCents(charge) <= 0) {
    throw invalidRequest(
      `Charge ${charge.id} has already been refunded.`,
      undefined,
      "charge_already_refunded",
    );
  }
}

/** While the bank has the money of a dispute, giving it back again would pay the customer twice. */
export async function assertNotChargedBack(tx: Tx, charge: Stripe.Charge): Promise<void> {
  const disputes = await findObjects<Stripe.Dispute>(tx, "dispute", { charge: charge.id });
  if (!disputes.some(({ data }) => takesFunds(data.status))) return;
  throw invalidRequest(
    `Charge ${charge.id} has been charged back; cannot issue a refund.`,
    undefined,
    "charge_disputed",
  );
}

function noSuccessfulCharge(intentId: string): StripeError {
  return invalidRequest(`This PaymentIntent (${intentId}) does not have a successful charge to refund.`);
}

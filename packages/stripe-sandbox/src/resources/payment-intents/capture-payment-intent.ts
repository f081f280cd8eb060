import type { ApiRequest } from "../../api/operation";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { recordChargeFunds } from "../balance/payment-funds";
import { announceCapture } from "../charges/capture";
import { findSessionOf } from "../checkout-sessions/session";
import { settleSession } from "../checkout-sessions/settle-session";
import { loadLive } from "../load-object";
import {
  allowOnly,
  checkStatementDescriptor,
  mergeMetadata,
  mustBePositive,
  numberOr,
  textOr,
} from "../params";
import { readSecrets, testCardOf } from "../payment-methods/payment-method";
import { loadLatestCharge } from "./debit-bank";
import { lockOwner } from "./intent-owner";
import { savePaymentIntent, unexpectedState } from "./payment-intent";

const SUPPORTED = ["amount_to_capture", "expand", "final_capture", "metadata", "statement_descriptor_suffix"];

export function checkCapture({ params }: ApiRequest): void {
  allowOnly(params, SUPPORTED);
  checkStatementDescriptor(params);
  if (params.final_capture === false) {
    throw invalidRequest(
      "This sandbox captures a payment once: final_capture=false is not built.",
      "final_capture",
    );
  }
}

/** Captures all or part of a held amount; the rest is released. */
export async function capturePaymentIntent(
  tx: Tx,
  { params, ids }: ApiRequest,
): Promise<Stripe.PaymentIntent> {
  const id = ids.intent ?? "";
  await lockOwner(tx, id);
  const { data: held } = await loadLive<Stripe.PaymentIntent>(tx, "payment_intent", id);
  if (held.status !== "requires_capture") {
    throw unexpectedState(
      held,
      `This PaymentIntent could not be captured because it has a status of ${held.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
    );
  }
  const amount = numberOr(params.amount_to_capture, held.amount_capturable);
  checkAmount(amount, held.amount_capturable);
  const before: Stripe.PaymentIntent = {
    ...held,
    metadata: mergeMetadata(held.metadata, params.metadata),
    statement_descriptor_suffix: textOr(params.statement_descriptor_suffix, held.statement_descriptor_suffix),
  };
  const intent = await capture(tx, before, amount);
  const session = await findSessionOf(tx, "payment_intent", intent.id);
  if (session) await settleSession(tx, session.data, intent);
  return intent;
}

function checkAmount(amountCents: number, capturableCents: number): void {
  if (amountCents < 1) {
    throw mustBePositive("amount_to_capture");
  }
  if (amountCents <= capturableCents) return;
  throw invalidRequest(
    `The amount to capture (${amountCents}) is greater than the amount that can be captured (${capturableCents}).`,
    "amount_to_capture",
    "amount_too_large",
  );
}

async function capture(
  tx: Tx,
  before: Stripe.PaymentIntent,
  amountCents: number,
): Promise<Stripe.PaymentIntent> {
  const held = await loadLatestCharge(tx, before);
  const charge: Stripe.Charge = {
    ...held,
    amount_captured: amountCents,
    amount_refunded: held.amount - amountCents,
    captured: true,
  };
  charge.balance_transaction = (await recordChargeFunds(tx, charge)).id;
  const intent: Stripe.PaymentIntent = {
    ...before,
    amount_capturable: 0,
    amount_received: amountCents,
    status: "succeeded",
  };
  await updateObject(tx, charge);
  await savePaymentIntent(tx, intent, null);
  const card = testCardOf(await readSecrets(tx, String(intent.payment_method)));
  await announceCapture(tx, { charge, intent, card, chargeEvent: "charge.captured" });
  return intent;
}

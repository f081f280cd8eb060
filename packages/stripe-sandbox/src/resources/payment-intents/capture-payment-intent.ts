import type { ApiRequest } from "../../api/operation";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { acceptOnly } from "../accept-only";
import { recordChargeMovement } from "../balance-transactions/charge-movement";
import { announceCapture } from "../charges/announce-capture";
import { loadLive } from "../load-object";
import { mergeMetadata } from "../merge-metadata";
import { numberOr, textOr } from "../param-readers";
import { readSecrets, testCardOf } from "../payment-methods/method-secrets";
import { checkDescriptorSuffix } from "../statement-descriptor";
import { loadLatestCharge } from "./debit-bank";
import { lockOwner } from "./lock-owner";
import { unexpectedState } from "./payment-error";
import { paymentIntentSaveOptions } from "./payment-intent";
import type { PaymentResult } from "./payment-result";

const BUILT = ["amount_to_capture", "expand", "final_capture", "metadata", "statement_descriptor_suffix"];

export function checkCapture({ params }: ApiRequest): void {
  acceptOnly(params, BUILT);
  checkDescriptorSuffix(params.statement_descriptor_suffix, "statement_descriptor_suffix");
  if (params.final_capture === false) {
    throw invalidRequest(
      "This sandbox captures a payment once: final_capture=false is not built.",
      "final_capture",
    );
  }
}

/** Takes the held amount, or less of it: what is not captured goes back to the card. */
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
  const result = await capture(tx, before, amount);
  await tx.notifyPaymentOwner(result);
  return result.intent;
}

function checkAmount(amountCents: number, capturableCents: number): void {
  if (amountCents < 1) {
    throw invalidRequest(
      "This value must be greater than or equal to 1.",
      "amount_to_capture",
      "parameter_invalid_integer",
    );
  }
  if (amountCents <= capturableCents) return;
  throw invalidRequest(
    `The amount to capture (${amountCents}) is greater than the amount that can be captured (${capturableCents}).`,
    "amount_to_capture",
    "amount_too_large",
  );
}

async function capture(tx: Tx, before: Stripe.PaymentIntent, amountCents: number): Promise<PaymentResult> {
  const held = await loadLatestCharge(tx, before);
  const charge: Stripe.Charge = {
    ...held,
    amount_captured: amountCents,
    amount_refunded: held.amount - amountCents,
    captured: true,
  };
  charge.balance_transaction = (await recordChargeMovement(tx, charge)).id;
  const intent: Stripe.PaymentIntent = {
    ...before,
    amount_capturable: 0,
    amount_received: amountCents,
    status: "succeeded",
  };
  await updateObject(tx, charge);
  await updateObject(tx, intent, { ...paymentIntentSaveOptions(intent), dueAt: null });
  const card = testCardOf(await readSecrets(tx, String(intent.payment_method)));
  await announceCapture(tx, { charge, intent, card, chargeEvent: "charge.captured" });
  return { intent, charge, decline: undefined };
}

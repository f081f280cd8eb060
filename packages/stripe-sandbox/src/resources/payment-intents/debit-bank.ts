import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { readBehavior } from "../../store/behavior";
import { findObject, insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { recordChargeFunds, recordDebitFailure } from "../balance/payment-funds";
import { buildCharge } from "../charges/charge";
import { rememberPayment } from "../payment-methods/payment-method";
import { chargeRefs } from "./charge-card";
import { type PaymentResult, savePaymentIntent } from "./payment-intent";

/** A US bank responds within four business days. */
const DEBIT_SECONDS = 4 * 86_400;

/** @see https://docs.stripe.com/declines/codes */
export interface DebitFailure {
  code: "account_closed" | "debit_not_authorized" | "insufficient_funds";
  message: string;
}

export const DEBIT_FAILURES: Record<DebitFailure["code"], DebitFailure> = {
  account_closed: {
    code: "account_closed",
    message: "The customer's bank account has been closed.",
  },
  debit_not_authorized: {
    code: "debit_not_authorized",
    message: "The customer has notified their bank that this payment was unauthorized.",
  },
  insufficient_funds: {
    code: "insufficient_funds",
    message: "The customer's account has insufficient funds to cover this payment.",
  },
};

/** Starts a bank debit. Nothing is paid until the bank responds: `settleDebit` or `failDebit`. */
export async function startDebit(
  tx: Tx,
  before: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
): Promise<PaymentResult> {
  const charge = buildCharge(tx, before, method, { kind: "pending" });
  const intent: Stripe.PaymentIntent = {
    ...before,
    last_payment_error: null,
    latest_charge: charge.id,
    next_action: null,
    payment_method: method.id,
    status: "processing",
  };
  await rememberPayment(tx, method, null);
  if ((await readBehavior(tx)).bank_debit_funds === "at_start") {
    charge.balance_transaction = (await recordChargeFunds(tx, charge, tx.now + DEBIT_SECONDS)).id;
  }
  await insertObject(tx, charge, { refs: chargeRefs(charge) });
  await savePaymentIntent(tx, intent, tx.now + DEBIT_SECONDS);
  await recordEvent(tx, "charge.pending", charge);
  await recordEvent(tx, "payment_intent.processing", intent);
  return { intent, charge, decline: undefined };
}

export async function settleDebit(tx: Tx, before: Stripe.PaymentIntent): Promise<PaymentResult> {
  const pending = await loadLatestCharge(tx, before);
  const charge: Stripe.Charge = { ...pending, paid: true, status: "succeeded" };
  charge.balance_transaction ??= (await recordChargeFunds(tx, charge)).id;
  const intent: Stripe.PaymentIntent = {
    ...before,
    amount_received: before.amount,
    status: "succeeded",
  };
  await updateObject(tx, charge);
  await savePaymentIntent(tx, intent, null);
  await recordEvent(tx, "charge.succeeded", charge);
  await recordEvent(tx, "payment_intent.succeeded", intent);
  return { intent, charge, decline: undefined };
}

export async function failDebit(
  tx: Tx,
  before: Stripe.PaymentIntent,
  failure: DebitFailure,
): Promise<PaymentResult> {
  const pending = await loadLatestCharge(tx, before);
  const charge: Stripe.Charge = {
    ...pending,
    amount_captured: 0,
    captured: false,
    failure_balance_transaction: pending.balance_transaction && (await recordDebitFailure(tx, pending)).id,
    failure_code: failure.code,
    failure_message: failure.message,
    receipt_url: null,
    status: "failed",
  };
  const method = await findObject<Stripe.PaymentMethod>(tx, "payment_method", String(before.payment_method));
  const intent: Stripe.PaymentIntent = {
    ...before,
    last_payment_error: {
      ...failure,
      charge: charge.id,
      doc_url: `https://stripe.com/docs/error-codes/${failure.code.replaceAll("_", "-")}`,
      ...(method && { payment_method: method.data }),
      type: "card_error",
    },
    payment_method: null,
    status: "requires_payment_method",
  };
  await updateObject(tx, charge);
  await savePaymentIntent(tx, intent, null);
  await recordEvent(tx, "charge.failed", charge);
  await recordEvent(tx, "payment_intent.payment_failed", intent);
  return { intent, charge, decline: undefined };
}

/** Locks and returns the charge of the latest attempt. */
export async function loadLatestCharge(tx: Tx, intent: Stripe.PaymentIntent): Promise<Stripe.Charge> {
  const stored = await findObject<Stripe.Charge>(tx, "charge", String(intent.latest_charge), "lock");
  if (!stored) throw new Error(`${intent.id} has no charge`);
  return stored.data;
}

import { loadLive } from "../resources/load-object";
import { releaseIntent } from "../resources/payment-intents/cancel-payment-intent";
import {
  DEBIT_FAILURES,
  type DebitFailure,
  failDebit,
  settleDebit,
} from "../resources/payment-intents/debit-bank";
import { lockOwner } from "../resources/payment-intents/intent-owner";
import { unexpectedState } from "../resources/payment-intents/payment-intent";
import { readSecrets } from "../resources/payment-methods/payment-method";
import type { Tx } from "../runtime";
import { updateObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { notifyPaymentOwner } from "./notify-owner";

/** A bank's response to a debit: paid, or the reason for the failure. */
type BankResponse = "paid" | DebitFailure;

/**
 * Ends a bank debit and notifies the owner of the payment.
 *
 * @throws StripeError 404 for an unknown intent, 400 for one that is not processing
 */
export async function endDebit(
  tx: Tx,
  intentId: string,
  answer: BankResponse,
): Promise<Stripe.PaymentIntent> {
  const intent = await lockIntent(tx, intentId);
  if (intent.status !== "processing") {
    throw unexpectedState(
      intent,
      `This PaymentIntent has a status of ${intent.status}. Only one that is processing can be settled or failed.`,
    );
  }
  return end(tx, intent, answer);
}

/** Ends debits and card authorizations whose time has come. */
export async function endDuePayments(tx: Tx): Promise<void> {
  const due = await tx.query<{ id: string }>(
    "SELECT id FROM object WHERE type = 'payment_intent' AND due_at <= $1 ORDER BY due_at, seq",
    [tx.now],
  );
  for (const { id } of due) {
    // Read again under the lock: it may have ended meanwhile.
    const intent = await lockIntent(tx, id);
    if (intent.status === "processing") await end(tx, intent, await bankResponse(tx, intent));
    else if (intent.status === "requires_capture") await releaseIntent(tx, intent, "automatic");
    else await updateObject(tx, intent, { dueAt: null });
  }
}

async function lockIntent(tx: Tx, id: string): Promise<Stripe.PaymentIntent> {
  await lockOwner(tx, id);
  return (await loadLive<Stripe.PaymentIntent>(tx, "payment_intent", id)).data;
}

async function end(
  tx: Tx,
  intent: Stripe.PaymentIntent,
  answer: BankResponse,
): Promise<Stripe.PaymentIntent> {
  const result = answer === "paid" ? await settleDebit(tx, intent) : await failDebit(tx, intent, answer);
  await notifyPaymentOwner(tx, result);
  return result.intent;
}

async function bankResponse(tx: Tx, intent: Stripe.PaymentIntent): Promise<BankResponse> {
  const { debitFails } = await readSecrets(tx, String(intent.payment_method));
  return debitFails ? DEBIT_FAILURES.insufficient_funds : "paid";
}

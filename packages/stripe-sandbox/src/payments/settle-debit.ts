import { loadLive } from "../resources/load-object";
import {
  DEBIT_FAILURES,
  type DebitFailure,
  failDebit,
  settleDebit,
} from "../resources/payment-intents/debit-bank";
import { lockOwner } from "../resources/payment-intents/lock-owner";
import { unexpectedState } from "../resources/payment-intents/payment-error";
import { releaseIntent } from "../resources/payment-intents/release-intent";
import { readSecrets } from "../resources/payment-methods/method-secrets";
import type { Tx } from "../runtime";
import { updateObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { notifyPaymentOwner } from "./notify-owner";

/** How a bank answers a debit: it pays, or it names a reason. */
type BankResponse = "paid" | DebitFailure;

/**
 * Ends a bank debit, and tells what it belongs to.
 *
 * @throws StripeError 404 for an unknown intent, 400 for one that waits for no bank
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

/** Does what time does to payments: banks answer debits, and reservations on cards lapse. */
export async function endDuePayments(tx: Tx): Promise<void> {
  const due = await tx.query<{ id: string }>(
    "SELECT id FROM object WHERE type = 'payment_intent' AND due_at <= $1 ORDER BY due_at, seq",
    [tx.now],
  );
  for (const { id } of due) {
    // Read again under the lock: somebody else may have ended it in between.
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

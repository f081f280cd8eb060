import { copyCardAddress, saveCard } from "@/lib/payment-methods";
import type { Tx } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { enqueueTask, type QueuedTask, type TaskPayload } from "@/lib/platform/jobs";
import { type CheckoutFacts, retrieveCheckoutSession } from "@/lib/stripe";
import { findIntent, type TopUpIntent, type TopUpRef } from "./intents";

/** Two tasks, so that neither waits for the other. The credit waits for none of them. */
const SAVE_CARD = "save-card";
const COPY_ADDRESS = "copy-card-address";

/**
 * Enqueues the tasks that save the card of a top-up, in the transaction that settles the top-up. That happens once, so an
 * event that is delivered again changes nothing at Stripe.
 */
export async function enqueueCardTasks(tx: Tx, ref: TopUpRef, session: CheckoutFacts): Promise<void> {
  const payload = { ...ref, sessionId: session.sessionId };
  for (const name of [SAVE_CARD, COPY_ADDRESS]) {
    await enqueueTask(tx, { name, payload, key: ref.topUpIntentId });
  }
}

/** The tasks that the worker runs. */
export const CARD_TASKS: readonly QueuedTask[] = [
  { name: SAVE_CARD, run: (payload) => withCard(payload, saveCard, "default-card") },
  { name: COPY_ADDRESS, run: (payload) => withCard(payload, copyCardAddress, "address") },
];

/** Runs `work` with the card of a top-up, unless the customer did not ask to save it or Stripe did not. */
async function withCard(
  payload: TaskPayload,
  work: (customerId: CustomerId, paymentMethodId: string, idempotencyKey: string) => Promise<void>,
  keyPrefix: string,
): Promise<void> {
  const { customerId = "", topUpIntentId = "", sessionId = "" } = payload;
  const [intent, session] = await Promise.all([
    findIntent({ customerId, topUpIntentId }),
    retrieveCheckoutSession(sessionId),
  ]);
  if (!intent || !session?.card || !savesCard(intent, session)) return;
  await work(customerId as CustomerId, session.card.paymentMethodId, `${keyPrefix}:${topUpIntentId}`);
}

/** Whether the customer asked to save the card for off-session use, and Stripe did. */
export function savesCard(intent: TopUpIntent, session: CheckoutFacts): boolean {
  const isWanted = intent.mode === "setup" || intent.savePaymentMethod;
  const isOwn =
    session.livemode === intent.livemode && session.metadata.topup_intent_id === intent.topUpIntentId;
  return (
    isWanted &&
    isOwn &&
    session.status === "complete" &&
    session.card?.stripeCustomerId === session.stripeCustomerId
  );
}

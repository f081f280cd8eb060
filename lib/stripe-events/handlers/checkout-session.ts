import type { EventHint } from "@/lib/stripe";
import {
  findIntent,
  isTopUpMetadata,
  refOf,
  restoreTopUp,
  type SettleOutcome,
  settleTopUp,
  type TopUpIntent,
} from "@/lib/top-ups";
import type { EventHandler, HandlerResult } from "../event-handler";

/** Handles `checkout.session.*`: settles the top-up that the session names. */
export const handleCheckoutSession: EventHandler = async (event, claim, now, reads) => {
  if (!event.objectId) return "foreign";
  const intent = await findOrRestoreTopUp(event.object.metadata, event.objectId, now);
  if (!intent) return "foreign";
  return resultOf(
    await settleTopUp(refOf(intent), event.objectId, { claim, now, reads, paidAt: paidAtOf(event) }),
  );
};

/** Finds the top-up that an object's metadata names. Settling it compares the rest with Stripe. */
export async function findTopUpNamedIn(metadata: unknown): Promise<TopUpIntent | null> {
  return isTopUpMetadata(metadata)
    ? findIntent({ customerId: metadata.customer_id, topUpIntentId: metadata.topup_intent_id })
    : null;
}

/** Finds the top-up of a session, or stores it again when the database was restored from a backup that is older. */
export async function findOrRestoreTopUp(
  metadata: unknown,
  sessionId: string,
  now: Date,
): Promise<TopUpIntent | null> {
  if (!isTopUpMetadata(metadata)) return null;
  return (await findTopUpNamedIn(metadata)) ?? restoreTopUp(sessionId, now);
}

/** When the money arrived, if the event says that it did. */
export function paidAtOf({ type, object, occurredAt }: EventHint): Date | null {
  const isPaid =
    type === "payment_intent.succeeded" ||
    type === "checkout.session.async_payment_succeeded" ||
    (type === "checkout.session.completed" && object.payment_status === "paid");
  return isPaid ? occurredAt : null;
}

/** A session that Stripe does not know, or that belongs to the other mode, is not ours. */
export function resultOf(outcome: SettleOutcome): HandlerResult {
  return outcome === "unknown_session" || outcome === "other_mode" ? "foreign" : "done";
}

import { findIntent, refOf, type SettleOutcome, settleTopUp, type TopUpIntent } from "@/lib/top-ups";
import type { EventHandler, HandlerResult } from "../event-handler";

/** Handles `checkout.session.*`: settles the top-up that the session names. */
export const handleCheckoutSession: EventHandler = async (event, claim, now) => {
  const intent = await findTopUpNamedIn(event.object.metadata);
  if (!intent || !event.objectId) return "foreign";
  return resultOf(await settleTopUp(refOf(intent), event.objectId, { claim, now }));
};

/** Finds the top-up that an object's metadata names. Settling it compares the rest with Stripe. */
export async function findTopUpNamedIn(metadata: unknown): Promise<TopUpIntent | null> {
  const { customer_id: customerId, topup_intent_id: topUpIntentId } = (metadata ?? {}) as Record<
    string,
    unknown
  >;
  if (typeof customerId !== "string" || typeof topUpIntentId !== "string") return null;
  return findIntent({ customerId, topUpIntentId });
}

/** A session that Stripe does not know, or that belongs to the other mode, is not ours. */
export function resultOf(outcome: SettleOutcome): HandlerResult {
  return outcome === "unknown_session" || outcome === "other_mode" ? "foreign" : "done";
}

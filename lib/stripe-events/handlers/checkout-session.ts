import { findIntent, refOf, settleTopUp, type TopUpRef } from "@/lib/top-ups";
import type { EventHandler } from "../handler";

/** Every `checkout.session.*` event: reads the session again and settles its intent. */
export const settleSession: EventHandler = async (event, claim, now) => {
  const ref = await findTopUp(event.object.metadata);
  if (!ref || !event.objectId) return "ignored";
  const outcome = await settleTopUp(ref, event.objectId, { claim, now });
  return outcome === "unknown_session" ? "ignored" : "done";
};

/** The intent that an object's metadata names, when it is one of ours. Settling checks the rest against Stripe. */
export async function findTopUp(metadata: unknown): Promise<TopUpRef | null> {
  const { customer_id: customerId, topup_intent_id: topUpIntentId } = (metadata ?? {}) as Record<
    string,
    unknown
  >;
  if (typeof customerId !== "string" || typeof topUpIntentId !== "string") return null;
  const intent = await findIntent({ customerId, topUpIntentId });
  return intent && refOf(intent);
}

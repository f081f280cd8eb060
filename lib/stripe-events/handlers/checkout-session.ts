import { findIntent, refOf, type SettleOutcome, settleTopUp, type TopUpRef } from "@/lib/top-ups";
import type { EventHandler, HandlerResult } from "../handler";

/** Every `checkout.session.*` event: reads the session again and settles its intent. */
export const settleSession: EventHandler = async (event, claim, now) => {
  const ref = await findTopUp(event.object.metadata);
  if (!ref || !event.objectId) return "foreign";
  const outcome = await settleTopUp(ref, event.objectId, { claim, now });
  return resultOf(outcome);
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

/** A session that Stripe does not know, or that is of the other mode, is none of ours. */
export function resultOf(outcome: SettleOutcome): HandlerResult {
  return outcome === "unknown_session" || outcome === "other_mode" ? "foreign" : "done";
}

import { findSessionOfPayment } from "@/lib/stripe";
import { settleTopUp } from "@/lib/top-ups";
import type { EventHandler } from "../handler";
import { findTopUp, resultOf } from "./checkout-session";

/** `payment_intent.*`: goes to the session that the payment belongs to, and settles its intent. */
export const settlePayment: EventHandler = async (event, claim, now) => {
  const ref = await findTopUp(event.object.metadata);
  if (!ref || !event.objectId) return "foreign";
  const sessionId = await findSessionOfPayment(event.objectId);
  if (!sessionId) return "foreign";
  const outcome = await settleTopUp(ref, sessionId, { claim, now });
  return resultOf(outcome);
};

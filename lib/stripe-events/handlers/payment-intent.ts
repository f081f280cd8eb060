import { findSessionOfPayment } from "@/lib/stripe";
import { refOf, settleTopUp } from "@/lib/top-ups";
import type { EventHandler } from "../event-handler";
import { findTopUpNamedIn, resultOf } from "./checkout-session";

/** Handles `payment_intent.*`: finds the payment's Checkout Session and settles its top-up. */
export const handlePaymentIntent: EventHandler = async (event, claim, now) => {
  const intent = await findTopUpNamedIn(event.object.metadata);
  if (!intent || !event.objectId) return "foreign";
  const sessionId = await findSessionOfPayment(event.objectId);
  if (!sessionId) return "foreign";
  return resultOf(await settleTopUp(refOf(intent), sessionId, { claim, now }));
};

import { findSessionOfPayment } from "@/lib/stripe";
import { isTopUpMetadata, refOf, settleTopUp } from "@/lib/top-ups";
import type { EventHandler } from "../event-handler";
import { findOrRestoreTopUp, paidAtOf, resultOf } from "./checkout-session";

/** Handles `payment_intent.*`: finds the payment's Checkout Session and settles its top-up. */
export const handlePaymentIntent: EventHandler = async (event, claim, now, reads) => {
  const { objectId, object } = event;
  if (!objectId || !isTopUpMetadata(object.metadata)) return "foreign";
  const sessionId = reads?.findSessionOfPayment(objectId) ?? (await findSessionOfPayment(objectId));
  const intent = sessionId && (await findOrRestoreTopUp(object.metadata, sessionId, now));
  if (!sessionId || !intent) return "foreign";
  return resultOf(
    await settleTopUp(refOf(intent), sessionId, { claim, now, reads, paidAt: paidAtOf(event) }),
  );
};

import { type PayerDetails, type Session, saveSession } from "../resources/checkout-sessions/session";
import type { PaymentResult } from "../resources/payment-intents/payment-intent";
import type { Tx } from "../runtime";
import { mergePrivate } from "../store/objects";
import { addressOf } from "../three-d-secure/challenge";
import { completeSession, type PayOutcome } from "./complete-session";

/** Applies the result of a payment attempt to its open session, which has the amounts of this attempt. */
export async function concludePayment(
  tx: Tx,
  session: Session,
  payer: PayerDetails,
  { intent, decline }: PaymentResult,
): Promise<PayOutcome> {
  switch (intent.status) {
    case "succeeded":
      return completeSession(tx, { ...withLocalPrice(session, intent), payment_status: "paid" }, payer);
    case "processing":
    case "requires_capture":
      // Complete but not paid yet: `payment_status` stays `unpaid`.
      return completeSession(tx, withLocalPrice(session, intent), payer);
    case "requires_action": {
      const { email, name, address, taxId } = payer;
      await saveSession(tx, session);
      await mergePrivate(tx, session.id, { payer: { email, name, address, taxId } });
      const url = addressOf(intent.next_action);
      if (!url) throw new Error(`${intent.id} has no page for 3-D Secure`);
      return { kind: "authenticate", session, url };
    }
    default:
      if (!decline) throw new Error(`${intent.id} is ${intent.status} without a decline`);
      await saveSession(tx, session);
      return { kind: "declined", session, decline };
  }
}

/** Adds what the customer paid in their own currency, if it differs from the session's. */
function withLocalPrice(session: Session, intent: PaymentResult["intent"]): Session {
  return intent.presentment_details
    ? { ...session, presentment_details: intent.presentment_details }
    : session;
}

import { withTransaction } from "@/lib/platform/db";
import { settleRefundsOfPayment } from "@/lib/refunds";
import type { EventHandler } from "../event-handler";

/** Handles `charge.refunded`. The event does not say which refund, so each refund of the payment is read again. */
export const handleChargeRefunded: EventHandler = async (event, claim, now) => {
  const { payment_intent: paymentIntentId } = event.object;
  if (typeof paymentIntentId !== "string") return "foreign";
  const isOurs = await settleRefundsOfPayment(paymentIntentId, now);
  if (!isOurs) return "foreign";
  // Each refund has its own transaction, so the event is finished after the last one.
  await withTransaction(claim);
  return "done";
};

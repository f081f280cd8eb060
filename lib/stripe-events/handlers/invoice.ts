import { refOf, settleTopUp } from "@/lib/top-ups";
import type { EventHandler } from "../event-handler";
import { findTopUpNamedIn, resultOf } from "./checkout-session";

/** Handles `invoice.paid`: settling the top-up stores the invoice's number and URLs. An invoice never credits anything. */
export const handleInvoicePaid: EventHandler = async (event, claim, now, reads) => {
  const intent = await findTopUpNamedIn(event.object.metadata);
  if (!intent?.stripeSessionId) return "foreign";
  return resultOf(await settleTopUp(refOf(intent), intent.stripeSessionId, { claim, now, reads }));
};

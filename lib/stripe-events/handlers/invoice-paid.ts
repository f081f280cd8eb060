import { findIntent, settleTopUp } from "@/lib/top-ups";
import type { EventHandler } from "../handler";
import { findTopUp, resultOf } from "./checkout-session";

/** `invoice.paid` of a Checkout top-up: settling stores its number and addresses. It never credits by itself. */
export const storeInvoice: EventHandler = async (event, claim, now) => {
  const ref = await findTopUp(event.object.metadata);
  const intent = ref && (await findIntent(ref));
  if (!ref || !intent?.stripeSessionId) return "foreign";
  const outcome = await settleTopUp(ref, intent.stripeSessionId, { claim, now });
  return resultOf(outcome);
};

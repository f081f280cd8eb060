import { settleRefund } from "@/lib/refunds";
import type { EventHandler } from "../event-handler";
import { reversalResultOf } from "./dispute";

/** Handles `refund.created`, `refund.updated` and `refund.failed`: reads the refund again and takes back what it paid back. */
export const handleRefund: EventHandler = async (event, claim, now) => {
  if (!event.objectId) return "foreign";
  return reversalResultOf(await settleRefund(event.objectId, { claim, now }));
};

import { settleDispute } from "@/lib/disputes";
import type { SettleReversalOutcome } from "@/lib/reversals";
import type { EventHandler, HandlerResult } from "../event-handler";

/** Handles `charge.dispute.*`: reads the dispute again and takes back what the bank took. */
export const handleDispute: EventHandler = async (event, claim, now) => {
  if (!event.objectId) return "foreign";
  return reversalResultOf(await settleDispute(event.objectId, { claim, now }));
};

export function reversalResultOf(outcome: SettleReversalOutcome): HandlerResult {
  return outcome === "foreign" ? "foreign" : "done";
}

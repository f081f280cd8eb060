import { settleFraudWarning } from "@/lib/disputes";
import type { EventHandler } from "../event-handler";
import { reversalResultOf } from "./dispute";

/** Handles `radar.early_fraud_warning.*`: reads the warning again and marks its top-up. */
export const handleFraudWarning: EventHandler = async (event, claim, now) => {
  if (!event.objectId) return "foreign";
  return reversalResultOf(await settleFraudWarning(event.objectId, { claim, now }));
};

import type { Pool } from "pg";
import { type AlertDetails, OPERATOR_ALERTS, replaceAlerts } from "@/lib/platform/alerts";
import { onClient } from "@/lib/platform/db";
import type { Finding } from "./finding";
import { inLongTransaction, WRITES } from "./long-transaction";

/** Raises one alert for each finding, however often it is found, and resolves the alerts of findings that are gone. */
export function raiseFindings(pool: Pool, findings: readonly Finding[], now: Date): Promise<void> {
  return inLongTransaction(pool, WRITES, (client) =>
    replaceAlerts(onClient(client), "ledger_finding", findings.map(alertOf), now),
  );
}

/** A customer has one finding for each check. `details` identifies the finding and leaves out numbers that keep changing. */
function alertOf({ check, customerId, seq, subjectId, message, count }: Finding) {
  const isOfDatabase = customerId === null;
  const details: AlertDetails = { check, seq: seq?.toString(), subjectId, count };
  return {
    customerId: customerId ?? OPERATOR_ALERTS,
    subjectId: isOfDatabase && subjectId !== null ? `${check} ${subjectId}` : check,
    message,
    details: isOfDatabase ? { ...details, message } : details,
  };
}

import type { Pool } from "pg";
import { type AlertDetails, OPERATOR_ALERTS, replaceAlerts } from "@/lib/platform/alerts";
import { onClient } from "@/lib/platform/db";
import type { Finding } from "./finding";
import { inLongTransaction, WRITES } from "./long-transaction";

/** The owner of alerts about the database as a whole. */
const OPERATOR = "operator";

/**
 * Adds new alerts and updates open ones. An alert that a person resolved stays resolved as long as the finding is the same; a
 * finding that was gone in between is new.
 */
const RAISE = `
  INSERT INTO alert (customer_id, alert_id, kind, subject_id, message, details, created_at)
  SELECT customer_id, alert_id, 'ledger_finding', subject_id, message, details, $2
  FROM jsonb_to_recordset($1) AS found(customer_id text, alert_id text, subject_id text, message text, details jsonb)
  ON CONFLICT (customer_id, kind, subject_id) DO UPDATE
  SET message = excluded.message, details = excluded.details, resolved_at = NULL,
      created_at = CASE WHEN alert.resolved_at IS NULL THEN alert.created_at ELSE excluded.created_at END
  WHERE alert.resolved_at IS NULL OR alert.details <> excluded.details`;

/** Resolves alerts whose findings are gone. */
const RESOLVE = `
  UPDATE alert SET resolved_at = coalesce(resolved_at, $2), details = details || '{"isGone": true}'
  WHERE kind = 'ledger_finding' AND NOT details ? 'isGone' AND NOT EXISTS (
    SELECT 1 FROM jsonb_to_recordset($1) AS found(customer_id text, subject_id text)
    WHERE found.customer_id = alert.customer_id AND found.subject_id = alert.subject_id
  )`;

/** Raises one alert for each finding, however often it is found, and resolves the alerts of findings that are gone. */
export function raiseFindings(pool: Pool, findings: readonly Finding[], now: Date): Promise<void> {
  return inLongTransaction(pool, WRITES, (client) =>
    replaceAlerts(onClient(client), "ledger_finding", findings.map(alertOf), now),
  );
}

/** A customer has one finding per check. `details` identifies the finding, without numbers that change. */
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

import type { Pool } from "pg";
import { newId } from "@/lib/platform/ids";
import type { Finding } from "./finding";
import { inLongTransaction, WRITES } from "./long-transaction";

/** Whose an alert is that is about the database as a whole. */
const OPERATOR = "operator";

/**
 * Adds what is new and brings open ones up to date. One that a person has resolved stays resolved as long as the finding is
 * the same; what was gone in between is new.
 */
const RAISE = `
  INSERT INTO alert (customer_id, alert_id, kind, subject_id, message, details, created_at)
  SELECT customer_id, alert_id, 'ledger_finding', subject_id, message, details, $2
  FROM jsonb_to_recordset($1) AS found(customer_id text, alert_id text, subject_id text, message text, details jsonb)
  ON CONFLICT (customer_id, kind, subject_id) DO UPDATE
  SET message = excluded.message, details = excluded.details, resolved_at = NULL,
      created_at = CASE WHEN alert.resolved_at IS NULL THEN alert.created_at ELSE excluded.created_at END
  WHERE alert.resolved_at IS NULL OR alert.details <> excluded.details`;

/** Resolves what is no longer found. */
const RESOLVE = `
  UPDATE alert SET resolved_at = coalesce(resolved_at, $2), details = details || '{"isGone": true}'
  WHERE kind = 'ledger_finding' AND NOT details ? 'isGone' AND NOT EXISTS (
    SELECT 1 FROM jsonb_to_recordset($1) AS found(customer_id text, subject_id text)
    WHERE found.customer_id = alert.customer_id AND found.subject_id = alert.subject_id
  )`;

/** Makes one alert of each finding, however often it is found, and resolves the alerts of those that are gone. */
export function raiseFindings(pool: Pool, findings: readonly Finding[], now: Date): Promise<void> {
  const found = JSON.stringify(findings.map(alertOf));
  return inLongTransaction(pool, WRITES, async (client) => {
    await client.query(RAISE, [found, now]);
    await client.query(RESOLVE, [found, now]);
  });
}

/** Of a customer there is one finding for each check. `details` says what the finding is, not the numbers that go on moving. */
function alertOf({ check, customerId, seq, subjectId, message, count }: Finding) {
  const isOfDatabase = customerId === null;
  return {
    customer_id: customerId ?? OPERATOR,
    alert_id: newId("alert"),
    subject_id: isOfDatabase && subjectId !== null ? `${check} ${subjectId}` : check,
    message,
    details: { check, seq: seq?.toString(), subjectId, count, ...(isOfDatabase ? { message } : {}) },
  };
}

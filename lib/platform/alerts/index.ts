import { isDatabaseUnavailable, onPool, type Queryable, type Statement } from "@/lib/platform/db";
import { newId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";

/** Something that a person must look at. */
export interface Alert {
  customerId: string;
  kind: string;
  /** The id of the payment, top-up or other object that the alert is about. There is one alert for each kind and subject. */
  subjectId: string;
  message: string;
  details?: AlertDetails;
}

export type AlertDetails = Record<string, string | number | null | undefined>;

/** The `customerId` of alerts that concern the whole installation. */
export const OPERATOR_ALERTS = "operator";

/** `$7` is null for the current time. */
const RAISE_ALERT: Statement = {
  name: "alert_raise",
  text: `
    INSERT INTO alert (customer_id, alert_id, kind, subject_id, message, details, created_at)
    VALUES ($1, $2, $3, $4, $5, $6::jsonb, coalesce($7::timestamptz, clock_timestamp()))
    ON CONFLICT (customer_id, kind, subject_id) DO UPDATE
    SET message = excluded.message, details = excluded.details, created_at = excluded.created_at, resolved_at = NULL
    WHERE alert.resolved_at IS NOT NULL
    RETURNING 1 AS one`,
};

const UPSERT_ALERTS: Statement = {
  name: "alert_upsert",
  text: `
    INSERT INTO alert (customer_id, alert_id, kind, subject_id, message, details, created_at)
    SELECT customer_id, alert_id, $3::text, subject_id, message, details, $2::timestamptz
    FROM jsonb_to_recordset($1::jsonb)
      AS found(customer_id text, alert_id text, subject_id text, message text, details jsonb)
    ON CONFLICT (customer_id, kind, subject_id) DO UPDATE
    SET message = excluded.message, details = excluded.details, resolved_at = NULL,
        created_at = CASE WHEN alert.resolved_at IS NULL THEN alert.created_at ELSE excluded.created_at END
    WHERE alert.resolved_at IS NULL OR alert.details <> excluded.details`,
};

/** `isGone` makes the alert a new one when the same problem comes back. */
const RESOLVE_OTHER_ALERTS: Statement = {
  name: "alert_resolve_others",
  text: `
    UPDATE alert SET resolved_at = coalesce(resolved_at, $2::timestamptz), details = details || '{"isGone": true}'
    WHERE kind = $3::text AND NOT details ? 'isGone' AND NOT EXISTS (
      SELECT 1 FROM jsonb_to_recordset($1::jsonb) AS found(customer_id text, subject_id text)
      WHERE found.customer_id = alert.customer_id AND found.subject_id = alert.subject_id
    )`,
};

const RESOLVE_ALERTS: Statement = {
  name: "alert_resolve",
  text: `
    UPDATE alert SET resolved_at = $3::timestamptz
    WHERE customer_id = $1 AND kind = $2 AND resolved_at IS NULL`,
};

const RESOLVE_ALERTS_ABOUT: Statement = {
  name: "alert_resolve_about",
  text: `
    UPDATE alert SET resolved_at = $4::timestamptz
    WHERE customer_id = $1 AND subject_id = $2 AND resolved_at IS NULL
      AND kind IN (SELECT jsonb_array_elements_text($3::jsonb))`,
};

/**
 * Raises an alert. Does nothing while an alert of the same kind and subject is open; reopens one that was resolved.
 *
 * @param db the transaction that does what the alert is about, where there is one
 * @returns whether the alert is new or was reopened
 */
export async function raiseAlert(db: Queryable, alert: Alert, now?: Date): Promise<boolean> {
  const { customerId, kind, subjectId, message, details = {} } = alert;
  const values = [customerId, newId("alert"), kind, subjectId, message, JSON.stringify(details)];
  const rows = await db.run(RAISE_ALERT, [...values, now?.toISOString() ?? null]);
  return rows.length > 0;
}

/**
 * Raises an alert that belongs to no transaction. Never throws: an alert that cannot be stored is logged.
 *
 * @returns false while the alert is open already
 */
export async function raiseAlertAlone(alert: Alert): Promise<boolean> {
  try {
    return await raiseAlert(onPool(), alert);
  } catch (error) {
    log().error({ err: error, kind: alert.kind, subjectId: alert.subjectId }, "could not store an alert");
    return true;
  }
}

/**
 * Adds new alerts, updates open ones, and resolves those that are no longer in the list. An alert that a person has resolved
 * stays resolved as long as its details are the same.
 *
 * @param alerts all alerts of the kind that hold now
 */
export async function replaceAlerts(
  db: Queryable,
  kind: string,
  alerts: readonly Omit<Alert, "kind">[],
  now: Date,
): Promise<void> {
  const rows = alerts.map(({ customerId, subjectId, message, details = {} }) => ({
    customer_id: customerId,
    alert_id: newId("alert"),
    subject_id: subjectId,
    message,
    details,
  }));
  const values = [JSON.stringify(rows), now.toISOString(), kind];
  await db.run(UPSERT_ALERTS, values);
  await db.run(RESOLVE_OTHER_ALERTS, values);
}

/** Resolves a customer's open alerts of one kind. */
export async function resolveAlerts(
  db: Queryable,
  customerId: string,
  kind: string,
  now: Date,
): Promise<void> {
  await db.run(RESOLVE_ALERTS, [customerId, kind, now.toISOString()]);
}

/** Resolves a customer's open alerts of some kinds about one subject. */
export async function resolveAlertsAbout(
  db: Queryable,
  subject: { customerId: string; subjectId: string; kinds: readonly string[] },
  now: Date,
): Promise<void> {
  const { customerId, subjectId, kinds } = subject;
  await db.run(RESOLVE_ALERTS_ABOUT, [customerId, subjectId, JSON.stringify(kinds), now.toISOString()]);
}

/**
 * Reports an item of a sweep or a batch that failed: one alert and one log line, however often it is retried. A database
 * that is down or a locked row is no fault of the item and raises no alert. Never throws, so that the other items go on.
 */
export async function reportFailedItem(alert: Alert, error: unknown): Promise<void> {
  const { customerId, kind, subjectId } = alert;
  if (isDatabaseUnavailable(error)) {
    log().warn({ err: error, kind, subjectId }, "the database is busy or unreachable");
    return;
  }
  const reason = error instanceof Error ? error.message : String(error);
  const isNew = await raiseAlertAlone({ ...alert, details: { ...alert.details, reason } });
  if (isNew) log().error({ err: error, customerId, kind, subjectId }, alert.message);
}

import { isDatabaseUnavailable, Prisma, prisma, type Tx } from "@/lib/platform/db";
import { newId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";

/** Something that a person must look at. */
export interface Alert {
  customerId: string;
  kind: string;
  /** What it is about. One alert tells of one subject, however often it is seen. */
  subjectId: string;
  message: string;
  details?: Record<string, string>;
}

/**
 * Raises an alert, once for its subject. One that a person has resolved comes back when it is raised again.
 *
 * @returns whether it is news
 */
export async function raiseAlert(tx: Tx, alert: Alert): Promise<boolean> {
  const { customerId, kind, subjectId, message, details = {} } = alert;
  const raised = await tx.$queryRaw<unknown[]>(Prisma.sql`
    INSERT INTO alert (customer_id, alert_id, kind, subject_id, message, details, created_at)
    VALUES (${customerId}, ${newId("alert")}, ${kind}, ${subjectId}, ${message}, ${JSON.stringify(details)}::jsonb,
            clock_timestamp())
    ON CONFLICT (customer_id, kind, subject_id) DO UPDATE
    SET message = excluded.message, details = excluded.details, created_at = excluded.created_at, resolved_at = NULL
    WHERE alert.resolved_at IS NOT NULL
    RETURNING 1 AS one`);
  return raised.length > 0;
}

/**
 * Reports once that one item of a sweep or a batch could not be done, however often it is tried again. While the database
 * is away or a row is locked nothing is wrong with the item, so that raises no alert. Never throws: the other items must
 * not wait for it.
 */
export async function reportFailedItem(alert: Alert, error: unknown): Promise<void> {
  if (isDatabaseUnavailable(error)) {
    log().warn({ err: error, kind: alert.kind, subjectId: alert.subjectId }, "the database was busy or away");
    return;
  }
  const reason = error instanceof Error ? error.message : String(error);
  try {
    if (!(await raiseAlert(prisma(), { ...alert, details: { ...alert.details, reason } }))) return;
  } catch (failure) {
    log().error({ err: failure, kind: alert.kind }, "an alert could not be raised");
  }
  const { customerId, kind, subjectId } = alert;
  log().error({ err: error, customerId, kind, subjectId }, alert.message);
}

import { OPERATOR_ALERTS, raiseAlert, resolveAlertsAbout } from "@/lib/platform/alerts";
import { inTransaction, prisma, type Tx, withTransaction } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";
import { type Finding, type FindingKind, WHAT_TO_DO } from "./finding";

const ALERT = "reconciliation_finding";

/** Returns the findings that are not resolved, oldest first. */
export async function listOpenFindings(): Promise<Finding[]> {
  const rows = await prisma().reconciliationFinding.findMany({
    where: { closedAt: null },
    orderBy: [{ firstSeenAt: "asc" }, { subjectId: "asc" }],
  });
  return rows.map(({ customerId, kind, subjectId, stripeObjectId, topUpIntentId, ...row }) => ({
    kind: kind as FindingKind, // so says a CHECK of the database
    customerId: customerId === OPERATOR_ALERTS ? null : customerId,
    subjectId,
    stripeObjectId,
    topUpIntentId,
    amountCents: row.amountCents,
    currency: row.currency,
    message: row.message,
  }));
}

/**
 * Stores the findings of a report, and closes the earlier ones that it examined and did not find again. Each new finding raises
 * one alert, which is resolved when the finding is closed.
 *
 * @param examined the open findings that the report has examined again
 */
export function storeFindings(
  found: readonly Finding[],
  examined: readonly Finding[],
  now: Date,
): Promise<void> {
  const current = new Set(found.map(keyOf));
  return withTransaction(async (tx) => {
    for (const finding of found) await storeFinding(tx, finding, now);
    for (const finding of examined) if (!current.has(keyOf(finding))) await closeFinding(tx, finding, now);
  });
}

function keyOf({ customerId, kind, subjectId }: Finding): string {
  return `${customerId} ${kind} ${subjectId}`;
}

async function storeFinding(tx: Tx, finding: Finding, now: Date): Promise<void> {
  const { customerId, kind, subjectId, message, ...facts } = finding;
  const key = { customerId: customerId ?? OPERATOR_ALERTS, kind, subjectId };
  const whatToDo = WHAT_TO_DO[kind];
  await tx.reconciliationFinding.upsert({
    where: { customerId_kind_subjectId: key },
    create: { ...key, ...facts, message, whatToDo, firstSeenAt: now, lastSeenAt: now },
    update: { ...facts, message, whatToDo, lastSeenAt: now, closedAt: null },
  });
  const isNew = await raiseAlert(inTransaction(tx), {
    customerId: key.customerId,
    kind: ALERT,
    subjectId,
    message: `${message} ${whatToDo}`,
    details: {
      finding: kind,
      stripeObjectId: facts.stripeObjectId,
      topUpIntentId: facts.topUpIntentId,
      amountCents: facts.amountCents.toString(),
      currency: facts.currency,
    },
  });
  if (isNew) log().error({ ...key, stripeObjectId: facts.stripeObjectId }, message);
}

async function closeFinding(tx: Tx, { customerId, kind, subjectId }: Finding, now: Date): Promise<void> {
  const key = { customerId: customerId ?? OPERATOR_ALERTS, kind, subjectId };
  await tx.reconciliationFinding.updateMany({ where: { ...key, closedAt: null }, data: { closedAt: now } });
  const subject = { customerId: key.customerId, subjectId, kinds: [ALERT] };
  await resolveAlertsAbout(inTransaction(tx), subject, now);
}

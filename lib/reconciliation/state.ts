import { onPool, type Statement } from "@/lib/platform/db";

/** How far the ledger is reconciled with Stripe, for the operator. */
export interface ReconciliationState {
  /** Open findings and the sum of their amounts, by kind. */
  findings: { kind: string; count: number; cents: number }[];
  /** Age of the end of the last report's time in seconds; null when there was none. */
  reportAgeSeconds: number | null;
  /** Time since the events at Stripe were last read completely, in seconds; null when they never were. */
  eventsAgeSeconds: number | null;
}

const FINDINGS: Statement = {
  name: "reconciliation_findings_count",
  text: `
    SELECT kind, count(*)::int AS count, sum(abs(amount_cents))::float8 AS cents
    FROM reconciliation_finding WHERE closed_at IS NULL GROUP BY kind ORDER BY kind`,
};

const AGES: Statement = {
  name: "reconciliation_ages",
  text: `
    SELECT (SELECT extract(epoch FROM $1::timestamptz - max(window_to)) FROM reconciliation_report)::float8 AS report,
           (SELECT CASE WHEN bool_and(read_at IS NOT NULL) THEN extract(epoch FROM $1::timestamptz - min(read_at)) END
            FROM stripe_event_cursor WHERE reader = 'poll')::float8 AS events`,
};

/** Reads the state of the reconciliation. The queries are cheap enough to run every few seconds. */
export async function readReconciliationState(now: Date): Promise<ReconciliationState> {
  const [findings, [ages]] = await Promise.all([
    onPool().run<{ kind: string; count: number; cents: number }>(FINDINGS, []),
    onPool().run<{ report: number | null; events: number | null }>(AGES, [now.toISOString()]),
  ]);
  return {
    findings,
    reportAgeSeconds: ages?.report ?? null,
    eventsAgeSeconds: ages?.events ?? null,
  };
}

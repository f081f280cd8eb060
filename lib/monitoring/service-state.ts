import { onPool, type Statement } from "@/lib/platform/db";
import { readWorkerAgeMs } from "@/lib/platform/jobs";
import { type ReconciliationState, readReconciliationState } from "@/lib/reconciliation";
import { type DelayHistogram, readDelays } from "@/lib/top-ups";

/** The state of the installation, for the operator. */
export interface ServiceState {
  /** Top-ups without an outcome, although their Checkout page has expired. */
  stuckTopUps: number;
  /** Stripe events that failed and will be retried. */
  failedEvents: number;
  /** Age of the oldest failed event in seconds; 0 when there is none. */
  oldestFailedEventSeconds: number;
  /** Payments that must be refunded and have not been. */
  openRefundTasks: number;
  dueJobs: number;
  /** How long the oldest due job has waited, in seconds. */
  oldestDueJobSeconds: number;
  /** Jobs that failed for good. */
  failedJobs: number;
  /** Time since the last heartbeat of a worker, in seconds; null when there was none. */
  workerSilenceSeconds: number | null;
  /** `ledger_broken` is a customer whose balance differs from its transfers. */
  openAlerts: { kind: string; count: number }[];
  /** Open findings of the daily verification of the ledger. */
  ledgerFindings: { check: string; count: number }[];
  reconciliation: ReconciliationState;
  /** The time from a payment until its credit could be spent, of all top-ups. */
  topUpDelays: DelayHistogram;
}

/** The sweep runs every five minutes, so a top-up is stuck after three sweeps. */
const COUNTS: Statement = {
  name: "monitoring_counts",
  text: `
    SELECT
      (SELECT count(*) FROM topup_intent
       WHERE next_check_at IS NOT NULL AND credited_at IS NULL AND status IN ('created', 'open')
         AND session_expires_at < $1::timestamptz - interval '15 minutes')::int AS stuck_top_ups,
      failed.count::int AS failed_events, coalesce(failed.seconds, 0)::float8 AS oldest_failed_event,
      (SELECT count(*) FROM refund_task WHERE status = 'open')::int AS open_refund_tasks,
      jobs.due::int AS due_jobs, coalesce(jobs.seconds, 0)::float8 AS oldest_due_job, jobs.failed::int AS failed_jobs
    FROM
      (SELECT count(*) AS count, extract(epoch FROM $1::timestamptz - min(received_at)) AS seconds
       FROM stripe_event WHERE status = 'failed') AS failed,
      (SELECT count(*) FILTER (WHERE run_at <= $1::timestamptz AND attempts < max_attempts) AS due,
              extract(epoch FROM $1::timestamptz - min(run_at)
                FILTER (WHERE run_at <= $1::timestamptz AND attempts < max_attempts AND locked_at IS NULL)) AS seconds,
              count(*) FILTER (WHERE attempts >= max_attempts) AS failed
       FROM graphile_worker.jobs) AS jobs`,
};

interface CountsRow {
  stuck_top_ups: number;
  failed_events: number;
  oldest_failed_event: number;
  open_refund_tasks: number;
  due_jobs: number;
  oldest_due_job: number;
  failed_jobs: number;
}

const ALERTS: Statement = {
  name: "monitoring_alerts",
  text: "SELECT kind, count(*)::int AS count FROM alert WHERE resolved_at IS NULL GROUP BY kind ORDER BY kind",
};

const LEDGER_FINDINGS: Statement = {
  name: "monitoring_ledger_findings",
  text: `
    SELECT details->>'check' AS "check", count(*)::int AS count FROM alert
    WHERE kind = 'ledger_finding' AND resolved_at IS NULL GROUP BY 1 ORDER BY 1`,
};

/** Reads the state of the installation. The queries are cheap enough to run every few seconds. */
export async function readServiceState(now: Date): Promise<ServiceState> {
  const [[counts], openAlerts, ledgerFindings, workerAgeMs, reconciliation, topUpDelays] = await Promise.all([
    onPool().run<CountsRow>(COUNTS, [now.toISOString()]),
    onPool().run<{ kind: string; count: number }>(ALERTS, []),
    onPool().run<{ check: string; count: number }>(LEDGER_FINDINGS, []),
    readWorkerAgeMs(now),
    readReconciliationState(now),
    readDelays(),
  ]);
  if (!counts) throw new Error("The query returned no row.");
  return {
    stuckTopUps: counts.stuck_top_ups,
    failedEvents: counts.failed_events,
    oldestFailedEventSeconds: counts.oldest_failed_event,
    openRefundTasks: counts.open_refund_tasks,
    dueJobs: counts.due_jobs,
    oldestDueJobSeconds: counts.oldest_due_job,
    failedJobs: counts.failed_jobs,
    workerSilenceSeconds: workerAgeMs === null ? null : workerAgeMs / 1_000,
    openAlerts,
    ledgerFindings,
    reconciliation,
    topUpDelays,
  };
}

import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { pool } from "@/lib/platform/db";
import { readServiceState, type ServiceState } from "./service-state";
import { createStoredHistogram } from "./stored-histogram";

/** The text format of Prometheus. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Metrics {
  registry: Registry;
  requests: Histogram<"operation" | "status">;
  show(state: ServiceState): void;
}

/** On globalThis because this module exists once in Node and once in Next's bundle. */
const shared = globalThis as typeof globalThis & { brimMetrics?: Metrics };

function metrics(): Metrics {
  shared.brimMetrics ??= createMetrics();
  return shared.brimMetrics;
}

/**
 * Records the duration of one API request.
 *
 * @param operation the operation id, or `unknown` for a path that does not exist
 */
export function recordRequestMetric(operation: string, status: number, seconds: number): void {
  metrics().requests.observe({ operation, status }, seconds);
}

/** Returns the metrics of this process (requests, resources) and of the installation (from its tables). */
export async function metricsText(now: Date): Promise<string> {
  const { registry, show } = metrics();
  show(await readServiceState(now));
  return registry.metrics();
}

function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });

  const requests = new Histogram({
    name: "brim_http_request_duration_seconds",
    help: "Duration of API requests in this process, by operation and status.",
    labelNames: ["operation", "status"] as const,
    buckets: BUCKETS_SECONDS,
    registers,
  });
  const drift = gauge(
    "brim_ledger_drift_customers",
    "Customers whose balance differs from their transfers, as found by the daily verification and not resolved.",
  );
  const stuck = gauge(
    "brim_stuck_top_ups",
    "Top-ups without an outcome 15 minutes after their Checkout page expired.",
  );
  const failedEvents = gauge("brim_failed_stripe_events", "Stripe events that failed and will be retried.");
  const failedAge = gauge(
    "brim_failed_stripe_event_oldest_seconds",
    "Age of the oldest failed Stripe event.",
  );
  const refunds = gauge("brim_open_refund_tasks", "Payments that must be refunded and have not been.");
  const dueJobs = gauge("brim_due_jobs", "Jobs that are due.");
  const jobAge = gauge("brim_due_job_oldest_seconds", "How long the oldest due job has waited.");
  const failedJobs = gauge("brim_failed_jobs", "Jobs that failed for good.");
  const silence = gauge(
    "brim_worker_silence_seconds",
    "Time since the last heartbeat of a worker; NaN when there was none.",
  );
  const alerts = new Gauge({
    name: "brim_open_alerts",
    help: "Open alerts, by kind.",
    labelNames: ["kind"] as const,
    registers,
  });
  const findings = new Gauge({
    name: "brim_ledger_findings",
    help: "Open findings of the daily verification of the ledger, by check.",
    labelNames: ["check"] as const,
    registers,
  });
  const missing = new Gauge({
    name: "brim_reconciliation_findings",
    help: "Open differences between Stripe's balance transactions and the ledger, by kind.",
    labelNames: ["kind"] as const,
    registers,
  });
  const missingCents = new Gauge({
    name: "brim_reconciliation_drift_cents",
    help: "The amounts of the open differences between Stripe and the ledger, by kind.",
    labelNames: ["kind"] as const,
    registers,
  });
  const reportAge = gauge(
    "brim_reconciliation_report_age_seconds",
    "Age of the end of the time that was last compared with Stripe; NaN when there was none.",
  );
  const eventsAge = gauge(
    "brim_stripe_events_read_age_seconds",
    "Time since the events at Stripe were last read completely; NaN when they never were.",
  );
  const delays = createStoredHistogram(
    "brim_topup_spendable_seconds",
    "Time from a payment at Stripe until its credit could be spent, of all top-ups.",
  );
  registry.registerMetric(delays.metric);
  const connections = new Gauge({
    name: "brim_database_connections",
    help: "Database connections of this process: open, idle, and requests waiting for one.",
    labelNames: ["state"] as const,
    registers,
  });

  return {
    registry,
    requests,
    show(state) {
      drift.set(state.openAlerts.find(({ kind }) => kind === "ledger_broken")?.count ?? 0);
      stuck.set(state.stuckTopUps);
      failedEvents.set(state.failedEvents);
      failedAge.set(state.oldestFailedEventSeconds);
      refunds.set(state.openRefundTasks);
      dueJobs.set(state.dueJobs);
      jobAge.set(state.oldestDueJobSeconds);
      failedJobs.set(state.failedJobs);
      silence.set(state.workerSilenceSeconds ?? Number.NaN);
      alerts.reset(); // removes kinds without open alerts
      for (const { kind, count } of state.openAlerts) alerts.set({ kind }, count);
      findings.reset();
      for (const { check, count } of state.ledgerFindings) findings.set({ check }, count);
      missing.reset();
      missingCents.reset();
      for (const { kind, count, cents } of state.reconciliation.findings) {
        missing.set({ kind }, count);
        missingCents.set({ kind }, cents);
      }
      reportAge.set(state.reconciliation.reportAgeSeconds ?? Number.NaN);
      eventsAge.set(state.reconciliation.eventsAgeSeconds ?? Number.NaN);
      delays.show(state.topUpDelays);
      connections.set({ state: "open" }, pool().totalCount);
      connections.set({ state: "idle" }, pool().idleCount);
      connections.set({ state: "waiting" }, pool().waitingCount);
    },
  };
}

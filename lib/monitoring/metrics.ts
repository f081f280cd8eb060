import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { pool } from "@/lib/platform/db";
import { readServiceState, type ServiceState } from "./service-state";

/** The text format of Prometheus. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Metrics {
  registry: Registry;
  requests: Histogram<"operation" | "status">;
  show(state: ServiceState): void;
}

/** On globalThis because this module exists once in Node and once in Next's bundle, and both doors count together. */
const shared = globalThis as typeof globalThis & { brimMetrics?: Metrics };

function metrics(): Metrics {
  shared.brimMetrics ??= createMetrics();
  return shared.brimMetrics;
}

/**
 * Counts one request of the API.
 *
 * @param operation the route's name; `unknown` for an address that does not exist
 */
export function noteRequest(operation: string, status: number, seconds: number): void {
  metrics().requests.observe({ operation, status }, seconds);
}

/** Everything that is measured: of this process its requests and resources, of the installation what its rows say. */
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
    help: "How long requests of the API took in this process, by operation and status.",
    labelNames: ["operation", "status"] as const,
    buckets: BUCKETS_SECONDS,
    registers,
  });
  const drift = gauge(
    "brim_ledger_drift_customers",
    "Customers whose balance its transfers do not explain, as the daily verification found and nobody has resolved.",
  );
  const stuck = gauge("brim_stuck_top_ups", "Top-ups that are undecided 15 minutes after their page ended.");
  const failedEvents = gauge(
    "brim_failed_stripe_events",
    "Events of Stripe's that could not be handled yet.",
  );
  const failedAge = gauge("brim_failed_stripe_event_oldest_seconds", "Age of the oldest of them.");
  const refunds = gauge("brim_open_refund_tasks", "Payments that must be given back and were not yet.");
  const dueJobs = gauge("brim_due_jobs", "Jobs that could run now.");
  const jobAge = gauge("brim_due_job_oldest_seconds", "How long the oldest of them has waited.");
  const failedJobs = gauge("brim_failed_jobs", "Jobs that were given up.");
  const silence = gauge(
    "brim_worker_silence_seconds",
    "How long ago a worker was last heard; NaN when none ever was.",
  );
  const alerts = new Gauge({
    name: "brim_open_alerts",
    help: "What a person must look at, by kind.",
    labelNames: ["kind"] as const,
    registers,
  });
  const findings = new Gauge({
    name: "brim_ledger_findings",
    help: "What the daily verification of the ledger found and nobody has resolved, by check.",
    labelNames: ["check"] as const,
    registers,
  });
  const connections = new Gauge({
    name: "brim_database_connections",
    help: "Connections of this process to the database: open, idle, and requests that wait for one.",
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
      alerts.reset(); // a kind that is gone must not stay
      for (const { kind, count } of state.openAlerts) alerts.set({ kind }, count);
      findings.reset();
      for (const { check, count } of state.ledgerFindings) findings.set({ check }, count);
      connections.set({ state: "open" }, pool().totalCount);
      connections.set({ state: "idle" }, pool().idleCount);
      connections.set({ state: "waiting" }, pool().waitingCount);
    },
  };
}

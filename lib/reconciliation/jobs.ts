import type { ElectedJob, ScheduledJob } from "@/lib/platform/jobs";
import { sweepRefundRequests } from "@/lib/refunds";
import { asLookUp } from "@/lib/stripe";
import { retryFailedEvents } from "@/lib/stripe-events";
import { nextWindow, reportCompleteness } from "./completeness/report";
import { pollEvents, sweepEvents } from "./read-events";
import { REVERSALS_MS } from "./reconcile";
import { syncInvoices } from "./sync-invoices";
import { syncDisputes, syncRefunds } from "./sync-reversals";
import { unlessForbidden } from "./unless-forbidden";

const HOUR_MS = 3_600_000;

/** Finds within seconds what a webhook did not deliver, or what failed once. One worker reads, however many there are. */
export const READ_EVENTS_JOB: ElectedJob = {
  task: "read-stripe-events",
  everyMs: 5_000,
  run: (now) => readEvents(now),
  timeoutMs: 600_000,
};

/** Find what all webhooks and the reader of events have missed. */
export const RECONCILIATION_JOBS: readonly ScheduledJob[] = [
  { task: "sweep-stripe-events", cron: "5 * * * *", run: (now) => sweepEvents(now), timeoutMs: HOUR_MS },
  { task: "sweep-refund-requests", cron: "25 * * * *", run: (now) => sweepRefundRequests(now) },
  {
    task: "reconcile-daily",
    cron: "40 4 * * *",
    run: (now) => reconcileDaily(now),
    timeoutMs: 6 * HOUR_MS,
  },
];

async function readEvents(now: Date): Promise<void> {
  await pollEvents(now);
  await asLookUp(() => retryFailedEvents(now));
}

/** The report comes last, so that it finds only what the others could not settle. */
async function reconcileDaily(now: Date): Promise<void> {
  const since = new Date(now.getTime() - REVERSALS_MS);
  const window = await nextWindow(now);
  await unlessForbidden(() => syncInvoices(window.from, now));
  await unlessForbidden(() => syncRefunds(since, now));
  await unlessForbidden(() => syncDisputes(since, now));
  await unlessForbidden(() => reportCompleteness(window, now));
}

import { pruneBillingLinks } from "@/lib/billing-links";
import { pruneStoredAnswers } from "@/lib/http";
import { checkLedgerDaily, expireHolds } from "@/lib/ledger";
import { type ScheduledJob, startJobs } from "@/lib/platform/jobs";
import { retryFailedEvents } from "@/lib/stripe-events";
import { sweepTopUps } from "@/lib/top-ups";
import { pruneUsageMinutes, rollUpUsage } from "@/lib/usage";

/** Everything that happens by the clock. */
const JOBS: readonly ScheduledJob[] = [
  { task: "expire-holds", cron: "* * * * *", run: (now) => expireHolds(now) },
  { task: "retry-failed-events", cron: "* * * * *", run: (now) => retryFailedEvents(now) },
  { task: "roll-up-usage", cron: "* * * * *", run: () => rollUpUsage() },
  { task: "prune-stored-answers", cron: "30 * * * *", run: (now) => pruneStoredAnswers(now) },
  { task: "prune-usage-minutes", cron: "45 * * * *", run: (now) => pruneUsageMinutes(now) },
  { task: "prune-billing-links", cron: "50 3 * * *", run: (now) => pruneBillingLinks(now) },
  { task: "sweep-top-ups", cron: "*/5 * * * *", run: (now) => sweepTopUps(now) },
  {
    task: "verify-ledger",
    cron: "15 3 * * *",
    run: (now) => checkLedgerDaily(now),
    timeoutMs: 6 * 3_600_000,
  },
];

/** Starts the worker in this process. */
export function startWorker(): Promise<{ stop(): Promise<void> }> {
  return startJobs(JOBS);
}

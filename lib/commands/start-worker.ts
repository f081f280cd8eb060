import { type ScheduledJob, startJobs } from "@/lib/platform/jobs";
import { retryFailedEvents } from "@/lib/stripe-events";
import { sweepTopUps } from "@/lib/top-ups";

/** Everything that happens by the clock. */
const JOBS: readonly ScheduledJob[] = [
  { task: "retry-failed-events", cron: "* * * * *", run: (now) => retryFailedEvents(now) },
  { task: "sweep-top-ups", cron: "*/5 * * * *", run: (now) => sweepTopUps(now) },
];

/** Starts the worker in this process. */
export function startWorker(): Promise<{ stop(): Promise<void> }> {
  return startJobs(JOBS);
}

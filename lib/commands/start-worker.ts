import { pruneSessions } from "@/lib/auth";
import { AUTO_TOP_UP_TASKS, sweepAutoTopUps } from "@/lib/auto-charge";
import { pruneBillingLinks } from "@/lib/billing-links";
import { MAIL_TASKS } from "@/lib/customer-mail";
import { FRAUD_WARNING_TASKS } from "@/lib/disputes";
import { resumeCustomerMails } from "@/lib/emails";
import { pruneStoredResponses } from "@/lib/http";
import { checkLedgerDaily, expireHolds } from "@/lib/ledger";
import { sweepLowBalances } from "@/lib/low-balance";
import { sweepExpiringCards } from "@/lib/payment-methods";
import { type ScheduledJob, startElectedJob, startJobs, startTasks } from "@/lib/platform/jobs";
import { READ_EVENTS_JOB, RECONCILIATION_JOBS } from "@/lib/reconciliation";
import { REFUND_TASKS } from "@/lib/refunds";
import { asLookUp } from "@/lib/stripe";
import { retryFailedEvents } from "@/lib/stripe-events";
import { CARD_TASKS, sweepInvoices, sweepTopUps } from "@/lib/top-ups";
import { pruneUsageMinutes, rollUpUsage } from "@/lib/usage";
import { LEDGER_CHECKS } from "./all-ledger-checks";

/** The scheduled jobs. */
const JOBS: readonly ScheduledJob[] = [
  { task: "expire-holds", cron: "* * * * *", run: (now) => expireHolds(now) },
  { task: "retry-failed-events", cron: "* * * * *", run: (now) => asLookUp(() => retryFailedEvents(now)) },
  { task: "roll-up-usage", cron: "* * * * *", run: () => rollUpUsage() },
  { task: "prune-stored-answers", cron: "30 * * * *", run: (now) => pruneStoredResponses(now) },
  { task: "prune-usage-minutes", cron: "45 * * * *", run: (now) => pruneUsageMinutes(now) },
  { task: "prune-billing-links", cron: "50 3 * * *", run: (now) => pruneBillingLinks(now) },
  { task: "prune-sessions", cron: "55 * * * *", run: (now) => pruneSessions(now) },
  { task: "sweep-top-ups", cron: "*/5 * * * *", run: (now) => sweepTopUps(now) },
  { task: "sweep-auto-top-ups", cron: "* * * * *", run: (now) => sweepAutoTopUps(now) },
  { task: "sweep-low-balances", cron: "* * * * *", run: (now) => sweepLowBalances(now) },
  { task: "sweep-expiring-cards", cron: "20 4 * * *", run: (now) => sweepExpiringCards(now) },
  { task: "resume-customer-mails", cron: "* * * * *", run: () => resumeCustomerMails() },
  { task: "sweep-invoices", cron: "*/5 * * * *", run: (now) => sweepInvoices(now) },
  {
    task: "verify-ledger",
    cron: "15 3 * * *",
    run: (now) => checkLedgerDaily(now, LEDGER_CHECKS),
    timeoutMs: 6 * 3_600_000,
  },
  ...RECONCILIATION_JOBS,
];

/** Runs scheduled jobs, queued tasks and, if this worker is elected, the reader of Stripe's events in this process. */
export async function startWorker(): Promise<{ stop(): Promise<void> }> {
  const jobs = await startJobs(JOBS);
  const tasks = await startTasks([
    ...CARD_TASKS,
    ...REFUND_TASKS,
    ...FRAUD_WARNING_TASKS,
    ...AUTO_TOP_UP_TASKS,
    ...MAIL_TASKS,
  ]);
  const reader = startElectedJob(READ_EVENTS_JOB);
  return {
    async stop() {
      await Promise.all([jobs.stop(), tasks.stop(), reader.stop()]);
    },
  };
}

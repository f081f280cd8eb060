import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { parseCronItems, type Task, type TaskList } from "graphile-worker";
import { preparesStatements, prisma } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";
import { keepRunning } from "./keep-running";
import { JOB_TIMEOUT_MS, runWithTimeout } from "./timeout";
import { workerLogger } from "./worker-logger";

export { dueItems } from "./due-items";
export { type ElectedJob, startElectedJob } from "./elected";
export { enqueueTask, type QueuedTask, runDueTasks, startTasks, type TaskPayload } from "./tasks";

/** A job that runs on a schedule, in UTC. */
export interface ScheduledJob {
  task: string;
  /** A cron expression with five fields. */
  cron: string;
  run(now: Date, signal: AbortSignal): Promise<unknown>;
  /** When `signal` is aborted and the job may run again. Default: ten minutes. */
  timeoutMs?: number;
}

const HEARTBEAT_EVERY_MS = 15_000;

/**
 * Runs scheduled jobs in this process. When there are several workers, each scheduled job runs in one of them. A job that was
 * missed while no worker was running runs once afterwards. Jobs do not wait for each other: one that hangs on Stripe must
 * not keep holds from expiring.
 */
export async function startJobs(jobs: readonly ScheduledJob[]): Promise<{ stop(): Promise<void> }> {
  const taskList: TaskList = Object.fromEntries(jobs.map((job) => [job.task, withoutOverlap(job)]));
  const workerId = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  await recordHeartbeat(workerId);
  const runner = await keepRunning({
    noPreparedStatements: !preparesStatements(),
    concurrency: jobs.length,
    pollInterval: 2_000,
    noHandleSignals: true,
    logger: workerLogger(),
    taskList,
    parsedCronItems: parseCronItems(
      jobs.map(({ task, cron }) => ({
        task,
        match: cron,
        options: { backfillPeriod: 0, maxAttempts: 1 },
      })),
    ),
  });
  const timer = setInterval(() => {
    recordHeartbeat(workerId).catch((error: unknown) =>
      log().warn({ err: error }, "could not record the worker's heartbeat"),
    );
  }, HEARTBEAT_EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await runner.stop();
      await prisma()
        .workerHeartbeat.deleteMany({ where: { workerId } })
        .catch((error: unknown) => log().warn({ err: error }, "could not remove the worker's heartbeat"));
    },
  };
}

/**
 * Skips a job while its previous run is still going on in this process. This is not a queue in the database, because a queue
 * that a killed worker had locked would be blocked for hours.
 */
function withoutOverlap(job: ScheduledJob): Task {
  let isRunning = false;
  return async (_payload, { abortSignal }) => {
    if (isRunning) return;
    isRunning = true;
    try {
      const timeoutMs = job.timeoutMs ?? JOB_TIMEOUT_MS;
      await runWithTimeout(
        { name: job.task, timeoutMs },
        (signal) => job.run(new Date(), signal),
        abortSignal,
      );
    } finally {
      isRunning = false;
    }
  };
}

async function recordHeartbeat(workerId: string): Promise<void> {
  const seenAt = new Date();
  await prisma().workerHeartbeat.upsert({
    where: { workerId },
    create: { workerId, seenAt },
    update: { seenAt },
  });
  // Rows of killed workers.
  await prisma().workerHeartbeat.deleteMany({
    where: { seenAt: { lt: new Date(seenAt.getTime() - 3_600_000) } },
  });
}

/** Returns the time since the latest heartbeat of any worker, or null when there was none. */
export async function readWorkerAgeMs(now: Date): Promise<number | null> {
  const latest = await prisma().workerHeartbeat.findFirst({ orderBy: { seenAt: "desc" } });
  return latest ? now.getTime() - latest.seenAt.getTime() : null;
}

import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { parseCronItems, type Task, type TaskList } from "graphile-worker";
import { preparesStatements, prisma } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";
import { keepRunning } from "./keep-running";
import { JOB_TIMEOUT_MS, withinTime } from "./within-time";
import { workerLogger } from "./worker-logger";

export { dueItems } from "./due-items";
export { enqueueTask, type QueuedTask, runDueTasks, startTasks, type TaskPayload } from "./tasks";

/** A job that runs by the clock, in UTC. */
export interface ScheduledJob {
  task: string;
  /** Five fields, as cron writes them. */
  cron: string;
  run(now: Date, signal: AbortSignal): Promise<unknown>;
  /** When it is given up, so that it can run again; ten minutes if not said. `signal` tells it. */
  timeoutMs?: number;
}

const HEARTBEAT_EVERY_MS = 15_000;

/**
 * Runs jobs in this process. Several workers share one queue; each scheduled job runs once among them. A job that was
 * missed while no worker ran is made up for once. None waits for another: a job that hangs on Stripe must not keep holds
 * from expiring.
 */
export async function startJobs(jobs: readonly ScheduledJob[]): Promise<{ stop(): Promise<void> }> {
  const taskList: TaskList = Object.fromEntries(jobs.map((job) => [job.task, notBesideItself(job)]));
  const workerId = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  await beat(workerId);
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
    beat(workerId).catch((error: unknown) => log().warn({ err: error }, "the worker's heartbeat failed"));
  }, HEARTBEAT_EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await runner.stop();
      await prisma()
        .workerHeartbeat.deleteMany({ where: { workerId } })
        .catch((error: unknown) => log().warn({ err: error }, "the worker's heartbeat could not be removed"));
    },
  };
}

/**
 * A job whose time comes while it is still running here has nothing to add, and would take the place of another. Kept in
 * this process and not as a queue of the database: one that a killed worker had locked would stand still for hours.
 */
function notBesideItself(job: ScheduledJob): Task {
  let isRunning = false;
  return async (_payload, { abortSignal }) => {
    if (isRunning) return;
    isRunning = true;
    try {
      const timeoutMs = job.timeoutMs ?? JOB_TIMEOUT_MS;
      await withinTime({ name: job.task, timeoutMs }, (signal) => job.run(new Date(), signal), abortSignal);
    } finally {
      isRunning = false;
    }
  };
}

async function beat(workerId: string): Promise<void> {
  const seenAt = new Date();
  await prisma().workerHeartbeat.upsert({
    where: { workerId },
    create: { workerId, seenAt },
    update: { seenAt },
  });
  // What a killed worker left behind.
  await prisma().workerHeartbeat.deleteMany({
    where: { seenAt: { lt: new Date(seenAt.getTime() - 3_600_000) } },
  });
}

/** How long ago the liveliest worker was heard, in milliseconds; null when none ever was. */
export async function readWorkerAgeMs(now: Date): Promise<number | null> {
  const latest = await prisma().workerHeartbeat.findFirst({ orderBy: { seenAt: "desc" } });
  return latest ? now.getTime() - latest.seenAt.getTime() : null;
}

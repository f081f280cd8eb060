import { type JobHelpers, runOnce, type TaskList } from "graphile-worker";
import { Prisma, pool, preparesStatements, type Tx } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";
import { keepRunning } from "./keep-running";
import { JOB_TIMEOUT_MS, withinTime } from "./within-time";
import { quietWorkerLogger } from "./worker-logger";

/** Work that a transaction asks for and that is done after it, in any process that runs a worker. */
export interface QueuedTask {
  name: string;
  /** May run more than once, since a process can end in the middle of it. Throws to be tried again later. */
  run(payload: TaskPayload): Promise<unknown>;
}

/** Ids of what the task is about; everything else is read when it runs. */
export type TaskPayload = Readonly<Record<string, string>>;

/** Tries before a task is given up; the waits between them double from a few seconds to six hours, three days in all. */
const MAX_TRIES = 25;

/** Tasks of one process at a time. They have a runner of their own, so that slow ones never delay the scheduled jobs. */
const CONCURRENCY = 2;

/**
 * Enqueues a task with the transaction: it runs if and only if the transaction commits.
 *
 * @param task.key names what is to be done; while it waits, a second task of the same key takes its place
 */
export async function enqueueTask(
  tx: Tx,
  task: { name: string; payload: TaskPayload; key: string },
): Promise<void> {
  await tx.$queryRaw(Prisma.sql`
    SELECT 1 AS one FROM graphile_worker.add_job(
      ${task.name}::text, ${JSON.stringify(task.payload)}::json,
      job_key := ${`${task.name}:${task.key}`}::text, max_attempts := ${MAX_TRIES}::int
    )`);
}

/** Runs queued tasks in this process until it is stopped. Several processes share one queue. */
export async function startTasks(tasks: readonly QueuedTask[]): Promise<{ stop(): Promise<void> }> {
  return keepRunning({
    noPreparedStatements: !preparesStatements(),
    concurrency: CONCURRENCY,
    pollInterval: 2_000,
    noHandleSignals: true,
    logger: quietWorkerLogger(),
    taskList: taskListOf(tasks),
    parsedCronItems: [],
  });
}

/** Runs the queued tasks that are due now, each once, and returns. */
export async function runDueTasks(tasks: readonly QueuedTask[]): Promise<void> {
  await runOnce({
    pgPool: pool(),
    noPreparedStatements: !preparesStatements(),
    noHandleSignals: true,
    logger: quietWorkerLogger(),
    taskList: taskListOf(tasks),
  });
}

function taskListOf(tasks: readonly QueuedTask[]): TaskList {
  return Object.fromEntries(
    tasks.map((task) => [
      task.name,
      async (payload: unknown, { job, abortSignal }: JobHelpers) => {
        try {
          const limits = { name: task.name, timeoutMs: JOB_TIMEOUT_MS };
          await withinTime(limits, () => task.run(payload as TaskPayload), abortSignal);
        } catch (error) {
          report(task.name, payload, job, error);
          throw error;
        }
      },
    ]),
  );
}

/** Reports a task once when it first fails and once when it is given up, not at each of its tries. */
function report(
  task: string,
  payload: unknown,
  job: { attempts: number; max_attempts: number },
  error: unknown,
): void {
  const facts = { task, payload, attempt: job.attempts, err: error };
  if (job.attempts >= job.max_attempts) log().error(facts, "a task was given up");
  else if (job.attempts === 1) log().warn(facts, "a task failed and will be tried again");
}

import { type JobHelpers, runOnce, type TaskList } from "graphile-worker";
import { Prisma, pool, preparesStatements, type Tx } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";
import { keepRunning } from "./keep-running";
import { JOB_TIMEOUT_MS, runWithTimeout } from "./timeout";
import { quietWorkerLogger } from "./worker-logger";

/** Work that a transaction enqueues and that a worker of any process does after the commit. */
export interface QueuedTask {
  name: string;
  /** May run more than once, because a process can crash in the middle of it. Throws to be retried. */
  run(payload: TaskPayload): Promise<unknown>;
}

/** The ids of the objects that the task is about. Everything else is read when it runs. */
export type TaskPayload = Readonly<Record<string, string>>;

/** The tries of a task. The intervals grow from a few seconds to six hours, three days in total. */
const MAX_TRIES = 25;

/** Tasks that one process runs at a time. They have a runner of their own, so that slow ones never delay the scheduled jobs. */
const CONCURRENCY = 2;

/**
 * Enqueues a task in a transaction. It runs if and only if the transaction commits.
 *
 * @param task.key a waiting task with the same name and key is replaced
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

/** Runs queued tasks in this process until it is stopped. Processes share one queue. */
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

/** Runs the due tasks once and returns. */
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
          await runWithTimeout(limits, () => task.run(payload as TaskPayload), abortSignal);
        } catch (error) {
          logFailure(task.name, payload, job, error);
          throw error;
        }
      },
    ]),
  );
}

/** Logs the first failure of a task and the last one, and none in between. */
function logFailure(
  task: string,
  payload: unknown,
  job: { attempts: number; max_attempts: number },
  error: unknown,
): void {
  const facts = { task, payload, attempt: job.attempts, err: error };
  if (job.attempts >= job.max_attempts) log().error(facts, "a task failed for good");
  else if (job.attempts === 1) log().warn(facts, "a task failed and will be retried");
}

import { setTimeout as sleep } from "node:timers/promises";
import { type Runner, type RunnerOptions, run } from "graphile-worker";
import type pg from "pg";
import { isDatabaseUnavailable, pool } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";

const RETRY_AFTER_MS = 2_000;

/** A job that is still running after this is abandoned, because the process ends. */
const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts graphile-worker on the pool and restarts it after database failures. By itself graphile-worker stops for good when a
 * connection is lost at the wrong moment: a worker that cannot record the end of its job, and the scheduler that cannot
 * enqueue what is due.
 */
export async function keepRunning(
  options: Omit<RunnerOptions, "pgPool" | "connectionString">,
): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const pgPool = retryingPool(pool(), isStopping);
  let current = await start();
  let restarting = Promise.resolve();

  async function start(): Promise<Runner> {
    const runner = await run({ ...options, pgPool });
    const workerIds: string[] = [];
    runner.events.on("worker:fatalError", ({ worker }) => {
      workerIds.push(worker.workerId);
      if (workerIds.length === 1 && !isStopping()) restarting = restart(runner, workerIds);
    });
    return runner;
  }

  async function restart(ended: Runner, workerIds: readonly string[]): Promise<void> {
    log().warn({ queue: true }, "a worker could not record the end of its job; restarting all workers");
    await stopRunner(ended);
    while (!isStopping()) {
      try {
        // Otherwise the jobs of those workers stay locked for four hours.
        await pool().query("SELECT graphile_worker.force_unlock_workers($1)", [workerIds]);
        current = await start();
        return;
      } catch (error) {
        log().warn({ queue: true, err: error }, "could not restart the workers");
        await sleep(RETRY_AFTER_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  return {
    async stop() {
      stopping.abort();
      await restarting;
      await stopRunner(current);
    },
  };
}

/** Stops a runner without waiting for a job that hangs. Never throws. */
async function stopRunner(runner: Runner): Promise<void> {
  const waiting = new AbortController();
  await Promise.race([
    runner.stop().catch(() => {}), // it has stopped already
    sleep(STOP_TIMEOUT_MS, undefined, { signal: waiting.signal }).catch(() => {}),
  ]);
  waiting.abort();
}

/**
 * Returns the pool with a `query` that retries until the database responds. Only the scheduler of graphile-worker uses it, for
 * statements that can be repeated. A failure would stop the scheduler, and crash the process with an unhandled rejection.
 */
function retryingPool(shared: pg.Pool, isStopping: () => boolean): pg.Pool {
  const query = async (...args: Parameters<pg.Pool["query"]>) => {
    for (;;) {
      try {
        return await shared.query(...args);
      } catch (error) {
        if (isStopping() || !isDatabaseUnavailable(error)) throw error;
        await sleep(RETRY_AFTER_MS, undefined, { ref: false });
      }
    }
  };
  return new Proxy(shared, {
    get(target, name) {
      if (name === "query") return query;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { onPool, type Statement } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";
import { runWithTimeout } from "./timeout";

/** Work that is repeated every few seconds, by one worker of all. */
export interface ElectedJob {
  task: string;
  /** The pause between two runs. */
  everyMs: number;
  run(now: Date, signal: AbortSignal): Promise<unknown>;
  /** When a run is given up, and another worker may take over. */
  timeoutMs: number;
}

/** How late the next run of the elected worker may begin before another one takes over. */
const GRACE_MS = 10_000;

const ACQUIRE: Statement = {
  name: "worker_lease_acquire",
  text: `
    INSERT INTO worker_lease AS lease (task, worker_id, expires_at)
    VALUES ($1, $2, clock_timestamp() + $3::float8 * interval '1 ms')
    ON CONFLICT (task) DO UPDATE SET worker_id = excluded.worker_id, expires_at = excluded.expires_at
    WHERE lease.worker_id = excluded.worker_id OR lease.expires_at <= clock_timestamp()
    RETURNING 1 AS one`,
};

/** Keeps the lease for the time until the next run, so that the same worker stays elected. */
const RENEW: Statement = {
  name: "worker_lease_renew",
  text: `
    UPDATE worker_lease SET expires_at = clock_timestamp() + $3::float8 * interval '1 ms'
    WHERE task = $1 AND worker_id = $2`,
};

const RELEASE: Statement = {
  name: "worker_lease_release",
  text: "DELETE FROM worker_lease WHERE task = $1 AND worker_id = $2",
};

/**
 * Runs a job every few seconds in this process, as long as it holds the job's lease. When there are several workers, one holds
 * it and the others stand by: one of them takes over when the holder stops, or a moment after it has crashed. A lease is a row
 * and not an advisory lock, which would need a connection of its own and does not work through a transaction pooler. It only
 * saves work: two holders for a moment do no harm.
 */
export function startElectedJob(job: ElectedJob): { stop(): Promise<void> } {
  const { task, everyMs, timeoutMs } = job;
  const workerId = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function runOnce(): Promise<void> {
    if (!(await acquire(task, workerId, timeoutMs + GRACE_MS))) return;
    try {
      await runWithTimeout({ name: task, timeoutMs }, (runSignal) => job.run(new Date(), runSignal), signal);
    } finally {
      await onPool().run(RENEW, [task, workerId, String(everyMs + GRACE_MS)]);
    }
  }

  async function repeat(): Promise<void> {
    let isFailing = false;
    while (!signal.aborted) {
      try {
        await runOnce();
        isFailing = false;
      } catch (error) {
        if (signal.aborted) break;
        // A database that is down would fill the log.
        if (!isFailing) log().warn({ task, err: error }, "a job failed and will run again");
        isFailing = true;
      }
      await sleep(everyMs, undefined, { signal }).catch(() => {});
    }
  }

  const finished = repeat();
  return {
    async stop() {
      stopping.abort();
      await finished;
      await onPool()
        .run(RELEASE, [task, workerId])
        .catch((error: unknown) => log().warn({ task, err: error }, "could not release a lease"));
    },
  };
}

async function acquire(task: string, workerId: string, leaseMs: number): Promise<boolean> {
  const rows = await onPool().run(ACQUIRE, [task, workerId, String(leaseMs)]);
  return rows.length > 0;
}

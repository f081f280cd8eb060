import { performance } from "node:perf_hooks";
import { onPool, type Queryable } from "@/lib/platform/db";
import { readWorkerAgeMs } from "@/lib/platform/jobs";
import { missingMigrations } from "@/lib/platform/migrations";

/** Why requests cannot be served. Null when they can. */
export type NotReady = "migrations_missing" | "no_worker" | null;

/** A worker whose last heartbeat is older than this counts as down. */
const MAX_WORKER_AGE_MS = 60_000;

/** The endpoint is public, so the database is checked at most once a second. */
const MAX_AGE_MS = 1_000;

interface Check {
  result: Promise<NotReady>;
  /** Infinity while the check is running, so that only one runs at a time. */
  goodUntil: number;
}

/** On globalThis because this module exists once in Node and once in Next's bundle. */
const shared = globalThis as typeof globalThis & { brimReadiness?: Check };

/**
 * Checks the database, the migrations and the worker. The result is at most a second old.
 *
 * @throws whatever the database threw
 */
export function readReadiness(): Promise<NotReady> {
  const last = shared.brimReadiness;
  if (last && performance.now() < last.goodUntil) return last.result;

  const check: Check = { result: checkReadiness(onPool()), goodUntil: Number.POSITIVE_INFINITY };
  const finish = () => {
    check.goodUntil = performance.now() + MAX_AGE_MS;
  };
  check.result.then(finish, finish);
  shared.brimReadiness = check;
  return check.result;
}

async function checkReadiness(database: Queryable): Promise<NotReady> {
  if ((await missingMigrations(database)).length > 0) return "migrations_missing";
  const ageMs = await readWorkerAgeMs(new Date());
  return ageMs === null || ageMs > MAX_WORKER_AGE_MS ? "no_worker" : null;
}

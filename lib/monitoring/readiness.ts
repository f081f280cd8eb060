import { performance } from "node:perf_hooks";
import { onPool, type Queryable } from "@/lib/platform/db";
import { readWorkerAgeMs } from "@/lib/platform/jobs";
import { missingMigrations } from "@/lib/platform/migrations";

/** Why requests cannot be served; null when they can. */
export type NotReady = "migrations_missing" | "no_worker" | null;

/** A worker that was silent for longer counts as away. */
const MAX_WORKER_AGE_MS = 60_000;

/** Anybody may ask, as often as they like: the database is asked once a second at most. */
const MAX_AGE_MS = 1_000;

interface Check {
  result: Promise<NotReady>;
  /** Infinite while the check runs, so that no other is started beside it. */
  goodUntil: number;
}

/** On globalThis because this module exists once in Node and once in Next's bundle. */
const shared = globalThis as typeof globalThis & { brimReadiness?: Check };

/**
 * Tells whether database, migrations and a worker are there, as of a second ago at most.
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

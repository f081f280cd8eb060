import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Scope } from "@/lib/auth";
import { onPool, type Statement } from "@/lib/platform/db";
import type { ApiKeyId, CustomerId } from "@/lib/platform/ids";

/** A row of `api_key`. */
export interface KeyRow {
  api_key_id: ApiKeyId;
  customer_id: CustomerId | null;
  secret_hash: Buffer;
  scopes: Scope[];
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
}

/** A prepared statement instead of Prisma, because it runs before most requests. */
const FIND_KEY: Statement = {
  name: "api_key_find",
  text: `
    SELECT api_key_id, customer_id, secret_hash, scopes, last_used_at, expires_at, revoked_at
    FROM api_key WHERE prefix = $1`,
};

/**
 * How long a process may use a cached row, counted from before the query. Revoking and rolling wait for this long before they
 * return. After that no process uses the old row, without any notification between processes.
 */
const LEASE_MS = 500;

interface Lease {
  queriedAt: number;
  row: Promise<KeyRow | undefined>;
}

const leases = new Map<string, Lease>();

/** Finds the key with a prefix. A key in constant use is read twice a second instead of at each request. */
export function findKey(prefix: string): Promise<KeyRow | undefined> {
  const held = leaseOf(prefix);
  if (held) return held.row;

  const lease = { queriedAt: performance.now(), row: readKey(prefix) };
  leases.set(prefix, lease);
  const drop = () => {
    if (leases.get(prefix) === lease) leases.delete(prefix);
  };
  // `leaseOf` decides whether a lease is valid. The timer only keeps the map small.
  setTimeout(drop, LEASE_MS).unref();
  // Failures and unknown prefixes are not cached.
  lease.row.then((row) => row ?? drop(), drop);
  return lease.row;
}

/** Whether `findKey` would return a cached row. */
export function isLeased(prefix: string): boolean {
  return leaseOf(prefix) !== undefined;
}

function leaseOf(prefix: string): Lease | undefined {
  const held = leases.get(prefix);
  return held && performance.now() - held.queriedAt < LEASE_MS ? held : undefined;
}

/** Waits until no process uses a row that was read before this call. */
export async function waitForLeases(): Promise<void> {
  await sleep(LEASE_MS + 50); // a timer may fire a moment early
}

async function readKey(prefix: string): Promise<KeyRow | undefined> {
  const [row] = await onPool().run<KeyRow>(FIND_KEY, [prefix]);
  return row;
}

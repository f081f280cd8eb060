import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { Scope } from "@/lib/auth";
import { onPool, type Statement } from "@/lib/platform/db";
import type { ApiKeyId, CustomerId } from "@/lib/platform/ids";

/** A key as it is stored. */
export interface KeyRow {
  api_key_id: ApiKeyId;
  customer_id: CustomerId | null;
  secret_hash: Buffer;
  scopes: Scope[];
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
}

/** A prepared statement and no query of Prisma's, because it runs before most requests. */
const FIND_KEY: Statement = {
  name: "api_key_find",
  text: `
    SELECT api_key_id, customer_id, secret_hash, scopes, last_used_at, expires_at, revoked_at
    FROM api_key WHERE prefix = $1`,
};

/**
 * How long a process may go by what it has read of a key, counted from before it asked. Whoever takes something away
 * from a key waits for so long before it says that it is done. From then on nobody goes by the old row, in whatever
 * process, and nobody had to be told.
 */
const LEASE_MS = 500;

interface Lease {
  askedAt: number;
  row: Promise<KeyRow | undefined>;
}

const leases = new Map<string, Lease>();

/** The key with a prefix; a key in constant use is read twice a second and not before each request. */
export function findKey(prefix: string): Promise<KeyRow | undefined> {
  const held = leaseOf(prefix);
  if (held) return held.row;

  const lease = { askedAt: performance.now(), row: readKey(prefix) };
  leases.set(prefix, lease);
  const drop = () => {
    if (leases.get(prefix) === lease) leases.delete(prefix);
  };
  // The clock above decides; this only keeps the map as small as the number of keys in use.
  setTimeout(drop, LEASE_MS).unref();
  // Neither a failure nor an unknown prefix is worth keeping.
  lease.row.then((row) => row ?? drop(), drop);
  return lease.row;
}

/** Whether a key with this prefix is being read, or was a moment ago, so that finding it makes no query. */
export function isLeased(prefix: string): boolean {
  return leaseOf(prefix) !== undefined;
}

function leaseOf(prefix: string): Lease | undefined {
  const held = leases.get(prefix);
  return held && performance.now() - held.askedAt < LEASE_MS ? held : undefined;
}

/** Waits until no process goes any more by what was stored of a key before this call. */
export async function outliveLeases(): Promise<void> {
  await sleep(LEASE_MS + 50); // a timer may fire a moment early
}

async function readKey(prefix: string): Promise<KeyRow | undefined> {
  const [row] = await onPool().run<KeyRow>(FIND_KEY, [prefix]);
  return row;
}

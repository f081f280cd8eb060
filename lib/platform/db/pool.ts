import pg from "pg";
import { databaseEnv } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";

/** One pool a process, on globalThis because this module exists once in Node and once in Next's bundle. */
const shared = globalThis as typeof globalThis & { brimPool?: pg.Pool };

/** The pool that Prisma and the ledger's direct statements share. Connects at the first query. */
export function pool(): pg.Pool {
  shared.brimPool ??= createPool();
  return shared.brimPool;
}

function createPool(): pg.Pool {
  const { DATABASE_URL, DATABASE_POOL_MAX } = databaseEnv();
  const created = new pg.Pool({
    connectionString: DATABASE_URL,
    max: DATABASE_POOL_MAX,
    application_name: "brim",
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    statement_timeout: 15_000,
    idle_in_transaction_session_timeout: 30_000,
  });
  // An idle connection that breaks is replaced by the pool; unheard, the event would end the process.
  // Only its message: the driver hangs the whole connection on the error.
  created.on("error", (error) => log().warn({ reason: error.message }, "a database connection broke"));
  return created;
}

/** Ends all connections. The next call of `pool` opens a new one. */
export async function closePool(): Promise<void> {
  const connections = shared.brimPool;
  shared.brimPool = undefined;
  await connections?.end();
}

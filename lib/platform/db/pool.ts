import type pg from "pg";
import { databaseEnv } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import {
  createPool,
  findServerProblems,
  findSessionProblems,
  parseDatabaseAddress,
} from "@/lib/platform/postgres";
import { closeIdleAfterDeadline, DeadlineClient, databaseTimeouts } from "./deadline";

/** One pool per process, on globalThis because this module exists once in Node and once in Next's bundle. */
const shared = globalThis as typeof globalThis & { brimPool?: pg.Pool; brimPreparesStatements?: boolean };

/** The pool that Prisma and the ledger's direct statements share. Connects at the first query. */
export function pool(): pg.Pool {
  shared.brimPool ??= openPool();
  return shared.brimPool;
}

/** Whether statements may be prepared once a connection: not through a pooler that gives each transaction another one. */
export function preparesStatements(): boolean {
  pool();
  return shared.brimPreparesStatements !== false;
}

function openPool(): pg.Pool {
  const { DATABASE_URL, DATABASE_POOL_MAX } = databaseEnv();
  const address = parseDatabaseAddress(DATABASE_URL);
  const timeouts = databaseTimeouts();
  shared.brimPreparesStatements = address.preparedStatements;
  const created = createPool(DATABASE_URL, {
    applicationName: "brim",
    Client: DeadlineClient,
    max: address.maxConnections ?? DATABASE_POOL_MAX,
    connectionTimeoutMs: timeouts.connect,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    sessionSettings: {
      statement_timeout: String(timeouts.statement),
      idle_in_transaction_session_timeout: String(timeouts.idleInTransaction),
    },
  });
  closeIdleAfterDeadline(created);
  // The pool replaces an idle connection that breaks. Without a listener, the event would end the process.
  // Only its message: the driver attaches the whole connection to the error.
  created.on("error", (error) => log().warn({ reason: error.message }, "a database connection broke"));
  return created;
}

/**
 * Proves that the database is one that Brim is right on: the server, the role's rights, and that sessions keep what they
 * set. For the start of a process.
 *
 * @returns what is wrong and what to do, a line each; empty when all is well
 */
export async function findDatabaseProblems(): Promise<string[]> {
  const clients = await Promise.all([pool().connect(), pool().connect()]);
  let failure: Error | undefined;
  try {
    return [
      ...(await findServerProblems(clients[0], { toMigrate: false })),
      ...(await findSessionProblems(clients, { preparedStatements: preparesStatements() })),
    ];
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    for (const client of clients) client.release(failure);
  }
}

/** Ends all connections. The next call of `pool` opens a new one. */
export async function closePool(): Promise<void> {
  const connections = shared.brimPool;
  shared.brimPool = undefined;
  await connections?.end();
}

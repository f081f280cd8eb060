import pg from "pg";
import { databaseEnv } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";

/** How long this process waits for the database, in milliseconds. */
export interface DatabaseTimeouts {
  /** For a free connection, and for a new one to open. */
  connect: number;
  /** Until Postgres ends a statement. Shorter than `query`, so that only a lost connection ever reaches that. */
  statement: number;
  /** Until Postgres ends a transaction in which nothing happens, and with it the locks that a lost client left behind. */
  idleInTransaction: number;
  /** Until this process gives up a query together with its connection. */
  query: number;
  /** Until a transaction of several statements is rolled back. */
  transaction: number;
}

/** Returns the time limits that follow from `DATABASE_QUERY_TIMEOUT_MS`. */
export function databaseTimeouts(): DatabaseTimeouts {
  const query = databaseEnv().DATABASE_QUERY_TIMEOUT_MS;
  return {
    connect: Math.min(5_000, query * 2),
    statement: Math.round(query * 0.8),
    idleInTransaction: Math.min(5_000, Math.round(query / 2)),
    query,
    transaction: Math.round(query * 1.5),
  };
}

/** How long a connection may take to close. */
const CLOSE_TIMEOUT_MS = 1_000;

/** The database did not answer a query in time. The query may have been executed. */
export class QueryTimeoutError extends Error {
  /** A system code, because Prisma and graphile-worker recognize those. */
  readonly code = "ETIMEDOUT";

  constructor(timeoutMs: number) {
    super(`The database did not answer within ${timeoutMs} ms.`);
  }
}

/**
 * A connection that ends when a query on it gets no answer in time: every query that waits on it fails, and the pool does
 * not use it again.
 *
 * The `query_timeout` of node-postgres does not suffice. It fails the query and keeps the connection, so that the ROLLBACK
 * that follows waits behind the lost query, and the connection goes back into the pool with it.
 */
export class DeadlineClient extends pg.Client {
  /** For a query that starts from now on, in milliseconds. */
  queryTimeoutMs = databaseTimeouts().query;
  #timer: NodeJS.Timeout | undefined;

  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on("drain", () => clearTimeout(this.#timer)); // no query is left
    // The query reports the error. Without a listener, the event would end the process.
    this.on("error", () => clearTimeout(this.#timer));
    this.on("end", () => clearTimeout(this.#timer));
  }

  override query(...args: never[]): never {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#giveUp(), this.queryTimeoutMs);
    return forwardQuery(super.query).apply(this, args);
  }

  #giveUp(): void {
    log().error({ timeoutMs: this.queryTimeoutMs }, "the database did not answer; its connection is closed");
    this.connection.stream.destroy(new QueryTimeoutError(this.queryTimeoutMs));
    this.emit("deadline");
  }

  /** Closes an idle connection that is no longer trusted, at once. */
  destroy(): void {
    this.connection.stream.destroy();
  }

  override end(...args: never[]): never {
    // The other side of a lost connection never closes its half.
    const timer = setTimeout(() => this.connection.stream.destroy(), CLOSE_TIMEOUT_MS).unref();
    this.once("end", () => clearTimeout(timer));
    return forwardQuery(super.end).apply(this, args);
  }
}

/** The overloads of a method of `pg.Client` as one function, for an override that passes its arguments on. */
function forwardQuery(method: unknown): (...args: never[]) => never {
  return method as (...args: never[]) => never;
}

/**
 * Removes idle connections from the pool when one in use turns out to be lost. Most likely they are lost too, and each would
 * cost another request its deadline.
 */
export function closeIdleAfterDeadline(pool: pg.Pool): void {
  const idle = new Set<DeadlineClient>();
  pool.on("connect", (client) => {
    client.on("deadline" as "end", () => {
      // The pool removes an idle connection that reports an error.
      for (const other of idle) other.emit("error", new Error("Another connection was lost."));
    });
  });
  pool.on("acquire", (client) => idle.delete(asDeadlineClient(client)));
  pool.on("release", (_error, client) => idle.add(asDeadlineClient(client)));
  pool.on("remove", (client) => idle.delete(asDeadlineClient(client)));
}

/**
 * Changes the time limit of queries on a connection, for work that takes long.
 *
 * @param timeoutMs null for the default
 */
export function setQueryTimeout(client: pg.ClientBase, timeoutMs: number | null): void {
  asDeadlineClient(client).queryTimeoutMs = timeoutMs ?? databaseTimeouts().query;
}

/** The pool makes only such clients; its types do not know. */
function asDeadlineClient(client: pg.ClientBase): DeadlineClient {
  return client as DeadlineClient;
}

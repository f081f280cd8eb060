import pg from "pg";
import { schemaSteps } from "./schema";

export type Row = Record<string, unknown>;

/** Runs SQL inside one transaction (or on the pool, for single statements). */
export interface Queryable {
  query<T extends Row = Row>(sql: string, values?: unknown[]): Promise<T[]>;
}

export interface Database extends Queryable {
  /** Runs one transaction; retries it after a deadlock. */
  transaction<T>(body: (tx: Queryable) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Settings of every session, so that the server's own settings do not matter. */
const SESSION_SETTINGS = `
  SET TIME ZONE 'UTC';
  SET DateStyle = 'ISO, MDY';
  SET IntervalStyle = 'postgres';
  SET bytea_output = 'hex';
  SET extra_float_digits = 1;
  SET standard_conforming_strings = on;
  SET default_transaction_isolation = 'read committed';
  SET search_path = public;
  SET lock_timeout = 0;
  SET idle_session_timeout = 0`;

const DEADLOCK = "40P01";
const SERIALIZATION = "40001";

/**
 * Opens the sandbox's own database and brings its tables up to date.
 *
 * @throws Error the database is unreachable or was written by a newer version
 */
export async function openDatabase(url: string): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: withLibpqTls(url),
    max: 10,
    application_name: "brim-sandbox",
    onConnect: async (client) => void (await client.query(SESSION_SETTINGS)),
  });
  // A broken connection (database restart) must not end the process; its next query reports it. The pool
  // listens only while a connection is idle, so each connection gets its own listener.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  try {
    await migrate(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    query: (sql, values) => run(pool, sql, values),
    transaction: (body) => transaction(pool, body),
    close: () => pool.end(),
  };
}

/** Gives `sslmode` its libpq meaning: `require` encrypts without verifying the certificate authority. */
function withLibpqTls(url: string): string {
  return /[?&]sslmode=/.test(url) && !url.includes("uselibpqcompat=") ? `${url}&uselibpqcompat=true` : url;
}

async function run<T extends Row>(
  client: pg.Pool | pg.PoolClient,
  sql: string,
  values?: unknown[],
): Promise<T[]> {
  const result = await client.query<T>(sql, values);
  return result.rows;
}

async function transaction<T>(pool: pg.Pool, body: (tx: Queryable) => Promise<T>, triesLeft = 5): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await body({ query: (sql, values) => run(client, sql, values) });
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    if (!isTransient(error) || triesLeft <= 1) throw error;
  } finally {
    client.release(broken);
  }
  return transaction(pool, body, triesLeft - 1);
}

function isTransient(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === DEADLOCK || code === SERIALIZATION;
}

async function migrate(pool: pg.Pool): Promise<void> {
  await transaction(pool, async (tx) => {
    // Two sandboxes starting on the same empty database must not both create the tables.
    await tx.query("SELECT pg_advisory_xact_lock(hashtext('brim-sandbox-schema'))");
    await tx.query("CREATE TABLE IF NOT EXISTS sandbox_schema (version integer NOT NULL)");
    const [row] = await tx.query<{ version: number }>("SELECT version FROM sandbox_schema");
    const version = row?.version ?? 0;
    if (version > schemaSteps.length) throw new Error("This database was written by a newer sandbox.");
    for (const step of schemaSteps.slice(version)) await tx.query(step);
    if (!row) await tx.query("INSERT INTO sandbox_schema VALUES ($1)", [schemaSteps.length]);
    else if (version < schemaSteps.length)
      await tx.query("UPDATE sandbox_schema SET version = $1", [schemaSteps.length]);
  });
}

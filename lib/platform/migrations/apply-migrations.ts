import { createHash, randomUUID } from "node:crypto";
import { runMigrations as migrateJobQueue } from "graphile-worker";
import pg from "pg";
import {
  connectClient,
  createPool,
  findServerProblems,
  keepsSessions,
  WITHOUT_TIME_LIMITS,
} from "@/lib/platform/postgres";
import { refuseBeforeBaseline } from "./before-baseline";
import { type MigrationFile, readMigrations } from "./migration-files";

/** A migration may take hours. */
const MIGRATION_CONNECTION = { applicationName: "brim-migrate", sessionSettings: WITHOUT_TIME_LIMITS };

/** Any fixed number: concurrent migrations must take turns. */
const MIGRATION_LOCK = 7_204_177_315;

/** The database cannot be migrated; `message` has one line for each problem. */
export class UnfitDatabaseError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

/** Prisma's table of applied migrations, so that its tools see the same record. */
const CREATE_RECORD = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

/** Lets the server give up when the client is gone. Not every platform can detect that. */
const DETECT_LOST_CLIENT = `
  DO $$ BEGIN
    SET LOCAL client_connection_check_interval = '1s';
  EXCEPTION WHEN OTHERS THEN NULL;
  END $$`;

/**
 * Brings a database up to date: our tables, then those of the job queue. May be run by several processes at once and any
 * number of times, also after one was killed: each migration and its record are one transaction.
 *
 * @returns the names of the migrations that were applied by this call
 * @throws UnfitDatabaseError a privilege is missing, or Brim cannot use the server
 * @throws BeforeBaselineError a version from before the baseline created the database
 */
export async function applyMigrations(options: { databaseUrl: string }): Promise<{ applied: string[] }> {
  const client = await connectClient(options.databaseUrl, MIGRATION_CONNECTION);
  const applied: string[] = [];
  try {
    await refuseUnfitServer(client, options.databaseUrl);
    await refuseBeforeBaseline(client);
    const names = await readApplied(client);
    for (const migration of await readMigrations()) {
      if (names.has(migration.name)) continue;
      if (await applyOnce(client, migration)) applied.push(migration.name);
    }
    await inTransaction(client, async () => {
      await takeTurns(client);
      await createJobQueue(options.databaseUrl);
    });
    return { applied };
  } finally {
    await client.end().catch(() => {});
  }
}

/** Migrations need privileges to create tables, and a server session of their own that keeps the lock. */
async function refuseUnfitServer(client: pg.ClientBase, databaseUrl: string): Promise<void> {
  const other = await connectClient(databaseUrl, MIGRATION_CONNECTION);
  try {
    const problems = await findServerProblems(client, { toMigrate: true });
    if (!(await keepsSessions([client, other]))) {
      problems.push(
        "DATABASE_URL leads to a transaction pooler: migrate with the address of the server itself.",
      );
    }
    if (problems.length > 0) throw new UnfitDatabaseError(problems);
  } finally {
    await other.end();
  }
}

async function createJobQueue(databaseUrl: string): Promise<void> {
  const pgPool = createPool(databaseUrl, { ...MIGRATION_CONNECTION, max: 2 });
  try {
    await migrateJobQueue({ pgPool });
  } finally {
    await pgPool.end();
  }
}

/** @returns false when another process has applied it in the meantime */
async function applyOnce(client: pg.ClientBase, migration: MigrationFile): Promise<boolean> {
  return inTransaction(client, async () => {
    await takeTurns(client);
    await client.query(CREATE_RECORD);
    if ((await readApplied(client)).has(migration.name)) return false;
    if (await wasInterrupted(client, migration)) await finishInterrupted(client, migration);
    else await client.query(migration.sql);
    await writeRecord(client, migration);
    return true;
  });
}

/** The lock belongs to the transaction, so it is released with it, even if the process is killed. */
async function takeTurns(client: pg.ClientBase): Promise<void> {
  await client.query("SELECT pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
}

/**
 * Finishes a migration whose record was begun and not ended, as `prisma migrate deploy` leaves it when it is killed. It
 * sends the whole file as one atomic statement, so its change is there or not: if it cannot be made because it is there,
 * only the record is missing.
 */
async function finishInterrupted(client: pg.ClientBase, migration: MigrationFile): Promise<void> {
  await client.query("SAVEPOINT before_migration");
  try {
    await client.query(migration.sql);
  } catch (error) {
    if (!isMadeAlready(error)) throw error;
    await client.query("ROLLBACK TO SAVEPOINT before_migration");
  }
  await client.query("DELETE FROM _prisma_migrations WHERE migration_name = $1 AND finished_at IS NULL", [
    migration.name,
  ]);
}

/** SQLSTATEs for what exists already (column, object, function, table, schema), and for what is gone already. */
const MADE_ALREADY = new Set([
  "42701",
  "42710",
  "42723",
  "42P07",
  "42P06",
  "42704",
  "42883",
  "42703",
  "42P01",
]);

function isMadeAlready(error: unknown): boolean {
  return error instanceof pg.DatabaseError && MADE_ALREADY.has(error.code ?? "");
}

/** Tells whether a record was begun and not ended. The record of a migration that failed is one too. */
async function wasInterrupted(client: pg.ClientBase, { name }: MigrationFile): Promise<boolean> {
  const { rowCount } = await client.query(
    "SELECT 1 FROM _prisma_migrations WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL",
    [name],
  );
  return rowCount !== 0;
}

/** Returns the names of the migrations that the database has. */
async function readApplied(client: pg.ClientBase): Promise<Set<string>> {
  const table = await client.query("SELECT to_regclass('public._prisma_migrations') IS NOT NULL AS found");
  if (!table.rows[0]?.found) return new Set();
  const { rows } = await client.query<{ migration_name: string }>(
    "SELECT migration_name FROM public._prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
  );
  return new Set(rows.map((row) => row.migration_name));
}

async function writeRecord(client: pg.ClientBase, { name, sql }: MigrationFile): Promise<void> {
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
    [randomUUID(), createHash("sha256").update(sql).digest("hex"), name],
  );
}

async function inTransaction<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
  try {
    await client.query(DETECT_LOST_CLIENT);
    const result = await work();
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {}); // a connection that broke has rolled back by itself
    throw error;
  }
}

/** Returns the names of migrations that the database lacks. Throws when the database cannot be reached. */
export async function pendingMigrations(options: { databaseUrl: string }): Promise<string[]> {
  const client = await connectClient(options.databaseUrl, { applicationName: "brim-migrate" });
  try {
    const applied = await readApplied(client);
    return (await readMigrations()).map(({ name }) => name).filter((name) => !applied.has(name));
  } finally {
    await client.end();
  }
}

import path from "node:path";
import { runMigrations as migrateJobQueue } from "graphile-worker";
import type { Client } from "pg";
import { connectClient, createPool, findServerProblems, keepsSessions } from "@/lib/platform/postgres";
import { prismaFolder, readMigrations } from "./migration-files";
import { MIGRATION_CONNECTION, withSchemaEngine } from "./schema-engine";

const NO_FILTER = { externalTables: [], externalEnums: [] };

/** Any fixed number: two processes that migrate at once must not meet. */
const MIGRATION_LOCK = 7_204_177_315;

/** The database is not one that can be migrated; `message` has a line for each thing to do. */
export class UnfitDatabaseError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

/**
 * Brings a database up to date: our tables through Prisma's schema engine (the same `_prisma_migrations` table as
 * `prisma migrate deploy`), then the job queue's own. Safe to run by several processes at once and any number of times.
 *
 * @throws UnfitDatabaseError a right is missing, or the server is one that Brim cannot use
 * @returns the names of the migrations that were applied now
 */
export async function applyMigrations(options: { databaseUrl: string }): Promise<{ applied: string[] }> {
  const lock = await connectClient(options.databaseUrl, MIGRATION_CONNECTION);
  try {
    await refuseUnfitServer(lock, options.databaseUrl);
    await lock.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
    const applied = await applyOurMigrations(options.databaseUrl);
    await createJobQueue(options.databaseUrl);
    return { applied };
  } finally {
    await lock.end();
  }
}

/** Migrations need the rights to create tables, and a session of their own that keeps the lock. */
async function refuseUnfitServer(client: Client, databaseUrl: string): Promise<void> {
  const other = await connectClient(databaseUrl, MIGRATION_CONNECTION);
  try {
    const problems = await findServerProblems(client, { toMigrate: true });
    if (!(await keepsSessions([client, other]))) {
      problems.push("DATABASE_URL leads to a transaction pooler: migrate with the address of the server itself.");
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

async function applyOurMigrations(databaseUrl: string): Promise<string[]> {
  const migrations = await readMigrations();
  const output = await withSchemaEngine(databaseUrl, (engine) =>
    engine.applyMigrations({
      migrationsList: {
        baseDir: path.join(prismaFolder(), "migrations"),
        lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
        shadowDbInitScript: "",
        migrationDirectories: migrations.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: "migration.sql", content: { tag: "ok", value: sql } },
        })),
      },
      filters: NO_FILTER,
    }),
  );
  return output.appliedMigrationNames;
}

/** The names of migrations that this code has and the database has not. Throws when the database cannot be reached. */
export async function pendingMigrations(options: { databaseUrl: string }): Promise<string[]> {
  const client = await connectClient(options.databaseUrl, { applicationName: "brim-migrate" });
  try {
    const table = await client.query("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found");
    const done = table.rows[0]?.found
      ? await client.query(
          "SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
        )
      : { rows: [] };
    const names = new Set(done.rows.map((row: { migration_name: string }) => row.migration_name));
    return (await readMigrations()).map((migration) => migration.name).filter((name) => !names.has(name));
  } finally {
    await client.end();
  }
}

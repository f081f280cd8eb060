import type { Queryable, Statement } from "@/lib/platform/db";
import { readMigrations } from "./migration-files";

const APPLIED: Statement = {
  name: "migrations_applied",
  text: `
    SELECT migration_name AS name FROM _prisma_migrations
    WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
};

/** The files of a running version do not change. */
let expected: Promise<string[]> | undefined;

const UNDEFINED_TABLE = "42P01";

/** Returns the names of migrations that the database lacks, over an existing connection. */
export async function missingMigrations(database: Queryable): Promise<string[]> {
  expected ??= readMigrations().then((migrations) => migrations.map(({ name }) => name));
  const rows = await database.run<{ name: string }>(APPLIED, []).catch(noneIfNoTable);
  const applied = new Set(rows.map(({ name }) => name));
  return (await expected).filter((name) => !applied.has(name));
}

/** A database that was never migrated has no table of migrations. */
function noneIfNoTable(error: unknown): [] {
  if ((error as { code?: unknown }).code === UNDEFINED_TABLE) return [];
  throw error;
}

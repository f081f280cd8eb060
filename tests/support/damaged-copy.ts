import type pg from "pg";
import { createPool, WITHOUT_TIME_LIMITS } from "@/lib/platform/postgres";
import { copyDatabase, databaseUrl, dropDatabase, newDatabaseName } from "./database";

/** A copy of a test database that a test may damage. */
export interface DamagedCopy {
  pool: pg.Pool;
  drop(): Promise<void>;
}

/** Copies the database of this test file. There must be no connections to it. */
export async function copyToDamage(): Promise<DamagedCopy> {
  const original = new URL(process.env.DATABASE_URL ?? "");
  const name = newDatabaseName("damaged");
  await copyDatabase(databaseUrl(original.href, "postgres"), { from: original.pathname.slice(1), to: name });
  const pool = createPool(databaseUrl(original.href, name), {
    applicationName: "damaged-copy",
    max: 2,
    sessionSettings: WITHOUT_TIME_LIMITS,
  });
  pool.on("error", () => undefined); // dropping the database may close a connection that is being closed
  return {
    pool,
    async drop() {
      await pool.end();
      await dropDatabase(databaseUrl(original.href, "postgres"), name);
    },
  };
}

/** Drops every constraint, domain, unique index and trigger of some tables, so that they accept any row. */
export async function removeGuards(
  database: pg.Pool | pg.ClientBase,
  tables: readonly string[],
): Promise<void> {
  const list = tables.map((table) => `'${table}'::regclass`).join(", ");
  await database.query(`
    DO $$
    DECLARE guard record;
    BEGIN
      FOR guard IN SELECT conrelid::regclass AS relation, conname FROM pg_constraint
        WHERE conrelid IN (${list}) AND contype IN ('f', 'c') LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', guard.relation, guard.conname);
      END LOOP;
      FOR guard IN SELECT conrelid::regclass AS relation, conname FROM pg_constraint
        WHERE conrelid IN (${list}) AND contype IN ('p', 'u') LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', guard.relation, guard.conname);
      END LOOP;
      FOR guard IN SELECT indexrelid::regclass AS name FROM pg_index WHERE indrelid IN (${list}) AND indisunique LOOP
        EXECUTE format('DROP INDEX %s', guard.name);
      END LOOP;
      FOR guard IN SELECT tgrelid::regclass AS relation, tgname FROM pg_trigger
        WHERE tgrelid IN (${list}) AND NOT tgisinternal LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', guard.tgname, guard.relation);
      END LOOP;
      FOR guard IN SELECT attrelid::regclass AS relation, attname, format_type(typbasetype, typtypmod) AS base
        FROM pg_attribute JOIN pg_type d ON d.oid = atttypid
        WHERE attrelid IN (${list}) AND typtype = 'd' AND NOT attisdropped LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE %s', guard.relation, guard.attname, guard.base);
      END LOOP;
    END
    $$`);
}

import { randomUUID } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  applyMigrations,
  BeforeBaselineError,
  createMigration,
  draftMigration,
  pendingMigrations,
  schemaSql,
} from "@/lib/platform/migrations";
import { connectClient } from "@/lib/platform/postgres";
import { type CuttingProxy, startCuttingProxy } from "@/tests/support/cutting-proxy";
import { createTestDatabase, type TestDatabase } from "@/tests/support/database";
import { atDepth } from "@/tests/support/depth";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
});
afterAll(() => database.drop());

async function query(sql: string, url = database.url): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("migrations", () => {
  it("are pending on an empty database", async () => {
    expect(await pendingMigrations({ databaseUrl: database.url })).toContain("20261129000000_baseline");
  });

  it("run by four processes concurrently are applied once", async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => applyMigrations({ databaseUrl: database.url })));

    const applied = results.flatMap((result) => result.applied);
    expect(applied.length).toBeGreaterThan(0);
    expect(new Set(applied).size).toBe(applied.length);
    expect(await pendingMigrations({ databaseUrl: database.url })).toEqual([]);
  });

  it("leave Prisma's own records, and complete functions and triggers", async () => {
    const done = await query("SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL");
    const triggers = await query("SELECT tgname FROM pg_trigger WHERE tgrelid = 'ledger_transfer'::regclass");

    expect(done.map((row) => row.migration_name)).toContain("20261129000000_baseline");
    expect(triggers.map((row) => row.tgname)).toEqual(
      expect.arrayContaining(["ledger_transfer_append_only", "ledger_transfer_no_truncate"]),
    );
  });

  it("are complete: prisma/schema and prisma/sql have not changed since the last migration", async () => {
    expect(await draftMigration()).toBeNull();
  });

  it("create the database that prisma/schema and prisma/sql describe, definition by definition", async () => {
    await withEmptyDatabase(async (url) => {
      await query(`SET search_path = public; ${await schemaSql()}`, url);

      const described = await definitionsOf(url, ["public"]);

      expect(described.length).toBeGreaterThan(500);
      expect(await definitionsOf(database.url, ["public"])).toEqual(described);
    });
  });

  it("put the customer first in every key of a customer's table", async () => {
    const keys = await query(`
      SELECT i.indrelid::regclass::text AS "table", i.indexrelid::regclass::text AS key, a.attname AS first
      FROM pg_index i
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      WHERE i.indisunique AND i.indrelid::regclass::text IN (
        SELECT table_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'customer_id' AND table_name NOT IN ('api_key', 'operator_action', 'stripe_object')
      )`);

    expect(keys.length).toBeGreaterThan(10);
    expect(keys.filter((key) => key.first !== "customer_id")).toEqual([]);
  });
});

/** Returns everything that migrations create, from the catalog; the order of columns does not matter. */
const DEFINITIONS = `
  SELECT 'table' AS what, concat_ws(' ', relname, relkind, relpersistence, reloptions, relrowsecurity, relacl) AS definition
  FROM pg_class WHERE relnamespace IN (SELECT oid FROM ours) AND relkind IN ('r', 'p', 'v', 'm', 'S')
  UNION ALL SELECT 'column', concat_ws(' ', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull,
    pg_get_expr(adbin, adrelid), attidentity, attgenerated, attcollation::regcollation, attacl)
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p', 'v') AND relnamespace IN (SELECT oid FROM ours)
  UNION ALL SELECT 'constraint', concat_ws(' ', conrelid::regclass, contypid::regtype, conname, pg_get_constraintdef(oid), convalidated)
  FROM pg_constraint WHERE connamespace IN (SELECT oid FROM ours)
  UNION ALL SELECT 'index', concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid)
  FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace IN (SELECT oid FROM ours)
  UNION ALL SELECT 'function', concat_ws(' ', pg_get_functiondef(oid), proacl) FROM pg_proc WHERE pronamespace IN (SELECT oid FROM ours)
  UNION ALL SELECT 'trigger', concat_ws(' ', pg_get_triggerdef(pg_trigger.oid), tgenabled)
  FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal AND relnamespace IN (SELECT oid FROM ours)
  UNION ALL SELECT 'view', concat_ws(' ', oid::regclass, pg_get_viewdef(oid))
  FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace IN (SELECT oid FROM ours)
  UNION ALL SELECT 'type', concat_ws(' ', typname, format_type(typbasetype, typtypmod), typnotnull, typdefault)
  FROM pg_type WHERE typtype IN ('d', 'e') AND typnamespace IN (SELECT oid FROM ours)`;

async function definitionsOf(url: string, schemas = ["public", "graphile_worker"]): Promise<string[]> {
  const names = schemas.map((name) => `'${name}'`).join();
  const rows = await query(
    `WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname IN (${names})) ${DEFINITIONS}`,
    url,
  );
  return rows
    .map(({ what, definition }) => `${what} ${definition}`)
    .filter((one) => !one.includes("_prisma_migrations"))
    .toSorted();
}

const recordsOf = (url: string) =>
  query(
    "SELECT migration_name, finished_at IS NOT NULL AS is_finished FROM _prisma_migrations ORDER BY 1",
    url,
  );

async function expectComplete(url: string): Promise<void> {
  expect(await definitionsOf(url)).toEqual(await definitionsOf(database.url));
  expect(await recordsOf(url)).toEqual(await recordsOf(database.url));
}

async function withEmptyDatabase(work: (url: string) => Promise<void>): Promise<void> {
  const empty = await createTestDatabase({ empty: true });
  await work(empty.url).finally(() => empty.drop());
}

async function migrateThrough(proxy: CuttingProxy): Promise<"done" | "cut"> {
  return applyMigrations({ databaseUrl: proxy.url })
    .then(
      () => "done" as const,
      () => "cut" as const,
    )
    .finally(() => proxy.stop());
}

describe("a migration that is killed", () => {
  it("at any point is resumed by the next run, which leaves nothing out", async () => {
    const steps = atDepth({ ci: [9], deep: [1, 2, 3, 5, 7, 11] });
    for (const step of steps) {
      await withEmptyDatabase(async (url) => {
        let after = step;
        while ((await migrateThrough(await startCuttingProxy(url, { after }))) === "cut") after += step;

        await expectComplete(url);
      });
    }
  });

  it("while it waits for a lock changes nothing more, and the next run applies everything", async () => {
    await withEmptyDatabase(async (url) => {
      const other = new pg.Client({ connectionString: url });
      await other.connect();
      await other.query("BEGIN; CREATE TABLE public.ledger_hold (hold_id text)");
      const proxy = await startCuttingProxy(url);
      const killed = migrateThrough(proxy);
      await expect.poll(() => backends(url, "wait_event_type = 'Lock'")).toBe(1);

      proxy.cut();
      expect(await killed).toBe("cut");
      await other.query("ROLLBACK");
      await other.end();
      await expect.poll(() => backends(url, "true")).toBe(0);
      await applyMigrations({ databaseUrl: url });

      await expectComplete(url);
    });
  });

  it.each(["made", "missing"])(
    "by Prisma's own tool, with a started record and a change that is %s, is completed",
    async (change) => {
      await withEmptyDatabase(async (url) => {
        await applyMigrations({ databaseUrl: url });
        const [last] = await query(
          "SELECT migration_name FROM _prisma_migrations ORDER BY migration_name DESC LIMIT 1",
          url,
        );
        const name = String(last?.migration_name);
        if (change === "missing") {
          await query(
            "DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA graphile_worker CASCADE",
            url,
          );
          await applyAllBut(url, name);
        }
        await query(
          `DELETE FROM _prisma_migrations WHERE migration_name = '${name}';
           INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('begun', 'any', '${name}')`,
          url,
        );

        expect(await applyMigrations({ databaseUrl: url })).toEqual({ applied: [name] });

        await expectComplete(url);
      });
    },
  );
});

/** Applies all migrations except the last one. */
async function applyAllBut(url: string, name: string): Promise<void> {
  const names = (await pendingMigrations({ databaseUrl: url })).filter((one) => one !== name);
  const client = await connectClient(url, { applicationName: "prisma" });
  try {
    await client.query(
      `CREATE TABLE _prisma_migrations (
         id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
         migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
         started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`,
    );
    for (const one of names) {
      await client.query(readFileSync(`prisma/migrations/${one}/migration.sql`, "utf8"));
      await client.query(
        "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name) VALUES ($1, 'any', now(), $2)",
        [randomUUID(), one],
      );
    }
  } finally {
    await client.end();
  }
}

describe("a database from before the baseline", () => {
  it("is rejected by name and left unchanged", async () => {
    await withEmptyDatabase(async (url) => {
      await query(
        `CREATE TABLE public._prisma_migrations (migration_name text, finished_at timestamptz, rolled_back_at timestamptz);
         INSERT INTO public._prisma_migrations VALUES ('20261122150000_init', now()), ('20261122161000_usage', now());
         CREATE TABLE public.api_key (api_key_id text)`,
        url,
      );
      const before = await definitionsOf(url);

      const refused = await applyMigrations({ databaseUrl: url }).catch((error: unknown) => error);

      expect(refused).toBeInstanceOf(BeforeBaselineError);
      expect((refused as Error).message).toContain(`"${new URL(url).pathname.slice(1)}"`);
      expect((refused as Error).message).toContain("Create an empty database");
      expect(await definitionsOf(url)).toEqual(before);
    });
  });
});

describe("the next migration", () => {
  const home = process.cwd();
  let copy = "";

  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), "brim-prisma-"));
    cpSync("prisma", join(copy, "prisma"), { recursive: true });
    process.chdir(copy);
  });
  afterEach(() => {
    process.chdir(home);
    rmSync(copy, { recursive: true, force: true });
  });

  const edit = (file: string, change: (text: string) => string) =>
    writeFileSync(join("prisma", file), change(readFileSync(join("prisma", file), "utf8")));

  it("contains the new models and the new text of a function, and lists what must be written by hand", async () => {
    edit("schema/ledger.prisma", (text) => text.replace("  heldNanos ", "  colour String?\n  heldNanos "));
    edit("sql/functions/refuse_change.sql", (text) => text.replace("is refused", "is not allowed"));
    edit("sql/constraints/ledger.sql", (text) => text.replace("fillfactor = 70", "fillfactor = 60"));

    const file = await createMigration("a new colour", new Date("2030-01-02T03:04:05Z"));

    expect(file).toContain("20300102030405_a_new_colour");
    const sql = readFileSync(file ?? "", "utf8");
    expect(sql).toContain('ALTER TABLE "ledger_account" ADD COLUMN     "colour" TEXT');
    expect(sql).toContain("is append-only: % is not allowed");
    expect(sql).toContain("-- prisma/sql/constraints/ledger.sql was changed: write the statements");
    expect(sql).not.toContain("fillfactor");
    expect(await createMigration("nothing", new Date())).toBeNull();
  });
});

async function backends(url: string, condition: string): Promise<number> {
  const [row] = await query(
    `SELECT count(*)::int AS n FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'brim-migrate' AND ${condition}`,
    url,
  );
  return Number(row?.n);
}

import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyMigrations, pendingMigrations, schemaDifference } from "@/lib/platform/migrations";
import { createTestDatabase, type TestDatabase } from "@/tests/support/database";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
});
afterAll(() => database.drop());

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("migrations", () => {
  it("are pending on an empty database", async () => {
    expect(await pendingMigrations({ databaseUrl: database.url })).toContain("20261122150000_init");
  });

  it("applied by four processes at once are applied once", async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => applyMigrations({ databaseUrl: database.url })));

    const applied = results.flatMap((result) => result.applied);
    expect(applied.length).toBeGreaterThan(0);
    expect(new Set(applied).size).toBe(applied.length);
    expect(await pendingMigrations({ databaseUrl: database.url })).toEqual([]);
  });

  it("leave Prisma's own record, and whole functions and triggers", async () => {
    const done = await query("SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL");
    const triggers = await query("SELECT tgname FROM pg_trigger WHERE tgrelid = 'ledger_transfer'::regclass");

    expect(done.map((row) => row.migration_name)).toContain("20261122150000_init");
    expect(triggers.map((row) => row.tgname)).toEqual(
      expect.arrayContaining(["ledger_transfer_append_only", "ledger_transfer_no_truncate"]),
    );
  });

  it("are complete: the schema says nothing that no migration does", async () => {
    expect(await schemaDifference()).toBeNull();
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

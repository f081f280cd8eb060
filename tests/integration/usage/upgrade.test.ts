import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createCustomer } from "@/lib/customers";
import { closeDatabase, pool } from "@/lib/platform/db";
import { rollUpUsage } from "@/lib/usage";
import { insertPast, pastTransfers } from "@/tests/support/history";
import { testDatabase } from "@/tests/support/settings";

const MIGRATION = "prisma/migrations/20261122221006_usage_by_day/migration.sql";
const NOW = new Date("2026-03-01T12:34:56.789Z");

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

/** The tables as the version before left them: no days, no numbers, nothing pruned. */
async function goBack(): Promise<void> {
  await pool().query(`
    DELETE FROM usage_rollup WHERE grain = 'day';
    ALTER TABLE usage_rollup DROP CONSTRAINT usage_rollup_grain, DROP COLUMN first_seq, DROP COLUMN last_seq;
    ALTER TABLE usage_rollup ADD CONSTRAINT usage_rollup_grain CHECK (grain IN ('minute', 'hour'));
    ALTER TABLE usage_rollup_mark DROP COLUMN minutes_begin_at`);
}

async function sums() {
  await closeDatabase(); // its statements remember the columns that were
  const { rows } = await pool().query(
    "SELECT * FROM usage_rollup ORDER BY customer_id, grain, bucket_at, kind, api_key_id",
  );
  return rows;
}

it("fills in the days, and the numbers of the hours, of what was summed before", async () => {
  for (const past of fc.sample(fc.array(pastTransfers(NOW), { minLength: 5, maxLength: 60 }), 8)) {
    const { customerId } = await createCustomer({ name: "Acme", email: "acme@example.com" });
    await insertPast(customerId, past);
    await rollUpUsage({ chunk: 10, worthwhile: 1 });
    await insertPast(customerId, past.slice(0, 3)); // beyond the mark
  }
  const before = await sums();
  await goBack();

  await pool().query(readFileSync(MIGRATION, "utf8"));

  expect(before.filter(({ grain }) => grain === "day").length).toBeGreaterThan(8);
  expect(await sums()).toEqual(before);
});

it("keeps a worker of the version before from adding sums without a day", async () => {
  const { customerId } = await createCustomer({ name: "Acme", email: "acme@example.com" });

  const added = pool().query(
    `INSERT INTO usage_rollup (customer_id, grain, bucket_at, kind, api_key_id, amount_nanos, count)
     VALUES ($1, 'minute', $2, 'charge', '', 1, 1), ($1, 'hour', $2, 'charge', '', 1, 1)`,
    [customerId, "2026-03-01T12:00:00Z"],
  );

  await expect(added).rejects.toThrow("usage_rollup_hour_has_numbers");
});

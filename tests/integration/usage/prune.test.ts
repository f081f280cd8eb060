import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createCustomer } from "@/lib/customers";
import { pool, prisma } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { pruneUsageMinutes, readUsageTotals, rollUpUsage } from "@/lib/usage";
import { insertPast, KEY_A, type PastTransfer } from "@/tests/support/history";
import { testDatabase } from "@/tests/support/settings";

const NOW = new Date("2026-03-01T12:34:56.789Z");
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const database = testDatabase();
let customerId: CustomerId;

beforeAll(() => database.ready);
beforeEach(async () => {
  await pool().query("DELETE FROM usage_rollup");
  ({ customerId } = await createCustomer({ name: "Acme", email: "acme@example.com" }));
});
afterAll(() => database.drop());

const rollUp = () => rollUpUsage({ chunk: 7, worthwhile: 1 });

/** One charge of 7 in each of `count` minutes, the last one `daysAgo` days ago. */
function chargesByMinute(count: number, daysAgo: number): PastTransfer[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: "charge",
    amountNanos: 7n,
    apiKeyId: KEY_A,
    at: new Date(NOW.getTime() - daysAgo * DAY_MS - (count - 1 - index) * MINUTE_MS),
  }));
}

async function countOf(grain: "minute" | "hour" | "day"): Promise<number> {
  const { rows } = await pool().query(
    "SELECT count(*)::int AS n FROM usage_rollup WHERE customer_id = $1 AND grain = $2",
    [customerId, grain],
  );
  return rows[0].n;
}

/** From the middle of one hour to the middle of another. */
async function chargedWithin(from: Date, to: Date): Promise<string> {
  const { totals } = await readUsageTotals(customerId, { from, to });
  const charged = totals.find(({ kind }) => kind === "charge");
  return `${charged?.count} × ${charged?.amount}`;
}

const SPAN = [new Date("2026-01-30T12:17:00Z"), new Date("2026-03-01T12:35:00Z")] as const;

describe("pruning minute rollups", () => {
  it("of one customer that fails does not block the others, and is reported once", async () => {
    const broken = customerId;
    await insertPast(broken, chargesByMinute(3, 30));
    const other = await createCustomer({ name: "Globex", email: "globex@example.com" });
    await insertPast(other.customerId, chargesByMinute(5, 30));
    await rollUp();
    await pool().query(`
      CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
      CREATE TRIGGER refuse_it BEFORE DELETE ON usage_rollup FOR EACH ROW WHEN (OLD.customer_id = '${broken}')
      EXECUTE FUNCTION refuse_it()`);

    const runs = [];
    for (let run = 1; run <= 2; run++) runs.push(await pruneUsageMinutes(NOW));
    await pool().query("DROP FUNCTION refuse_it CASCADE");

    expect(runs).toEqual([{ deleted: 5 }, { deleted: 0 }]);
    expect(await prisma().alert.count({ where: { customerId: broken, kind: "usage_not_pruned" } })).toBe(1);
  });

  it("deletes those older than a week, and keeps newer ones and all hours and days", async () => {
    await insertPast(customerId, [...chargesByMinute(10, 30), ...chargesByMinute(4, 1)]);
    await rollUp();

    expect(await pruneUsageMinutes(NOW)).toEqual({ deleted: 10 });

    expect([await countOf("minute"), await countOf("hour"), await countOf("day")]).toEqual([4, 2, 2]);
  });

  it("finds nothing to do the second time", async () => {
    await insertPast(customerId, chargesByMinute(10, 30));
    await rollUp();
    await pruneUsageMinutes(NOW);

    expect(await pruneUsageMinutes(NOW)).toEqual({ deleted: 0 });
  });

  it("stops at the limit of one run; reads stay exact, and the next run continues", async () => {
    await insertPast(customerId, chargesByMinute(50, 30));
    await rollUp();

    expect(await pruneUsageMinutes(NOW, { batch: 10, run: 20 })).toEqual({ deleted: 20 });

    expect(await countOf("minute")).toBe(30);
    expect(await chargedWithin(new Date("2026-01-30T11:50:00Z"), SPAN[1])).toBe("45 × 315");
    expect(await pruneUsageMinutes(NOW, { batch: 10 })).toEqual({ deleted: 30 });
    expect(await chargedWithin(new Date("2026-01-30T11:50:00Z"), SPAN[1])).toBe("45 × 315");
  });

  it("reads part of a pruned hour from the ledger, even if the clock went back in that hour", async () => {
    const shuffled = chargesByMinute(60, 30).sort(
      (one, other) => (one.at.getTime() % 7) - (other.at.getTime() % 7),
    );
    const evenly = shuffled.map((charge, index) => ({ ...charge, apiKeyId: index % 2 ? KEY_A : null }));
    await insertPast(customerId, [...chargesByMinute(30, 29), ...evenly, ...chargesByMinute(30, 28)]);
    await rollUp();
    await pruneUsageMinutes(NOW);

    expect(await chargedWithin(new Date("2026-01-30T11:50:00Z"), new Date("2026-01-30T12:10:00Z"))).toBe(
      "20 × 140",
    );
  });

  it("writes no minute that would be pruned immediately when a worker returns after weeks", async () => {
    await insertPast(customerId, chargesByMinute(10, 30));
    await rollUp();
    await pruneUsageMinutes(NOW);
    await insertPast(customerId, [...chargesByMinute(10, 20), ...chargesByMinute(5, 0)]);

    await rollUp();

    expect(await countOf("minute")).toBe(5);
    expect(await chargedWithin(new Date("2026-01-30T12:30:00Z"), SPAN[1])).toBe("20 × 140");
  });

  it("never changes the totals while four prunes and two rollups run concurrently", async () => {
    await insertPast(customerId, [...chargesByMinute(240, 30), ...chargesByMinute(60, 0)]);
    await rollUpUsage({ chunk: 100, worthwhile: 200 });
    await insertPast(customerId, chargesByMinute(200, 29));
    const from = new Date("2026-01-30T09:17:00Z");
    const expected = await chargedWithin(from, SPAN[1]);
    let isDone = false;

    const working = Promise.all([
      ...Array.from({ length: 4 }, () => pruneUsageMinutes(NOW, { batch: 5 })),
      rollUp(),
      rollUp(),
    ]).finally(() => {
      isDone = true;
    });
    const seen = new Set<string>();
    while (!isDone) seen.add(await chargedWithin(from, SPAN[1]));
    await working;
    await pruneUsageMinutes(NOW);

    expect([...seen]).toEqual([expected]);
    expect(await countOf("minute")).toBe(60);
  });

  it("does not move its limit back when a worker's clock is behind", async () => {
    await insertPast(customerId, chargesByMinute(10, 30));
    await rollUp();
    await pruneUsageMinutes(NOW);
    await insertPast(customerId, chargesByMinute(5, 30));

    await pruneUsageMinutes(new Date(NOW.getTime() - 60 * DAY_MS));
    await rollUp();

    expect(await countOf("minute")).toBe(0);
    expect(await chargedWithin(new Date("2026-01-30T12:00:00Z"), SPAN[1])).toBe("15 × 105");
  });
});

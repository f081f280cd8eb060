import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createCustomer } from "@/lib/customers";
import { charge, type TransferKind } from "@/lib/ledger";
import { nanos } from "@/lib/money";
import { pool, prisma } from "@/lib/platform/db";
import { type CustomerId, newId } from "@/lib/platform/ids";
import { readUsageTotals, rollUpUsage } from "@/lib/usage";
import { insertPast, KEY_A, type PastTransfer } from "@/tests/support/history";
import { testDatabase } from "@/tests/support/settings";

const NOW = new Date("2026-03-01T12:34:56.789Z");
const EVER = { from: new Date("2026-01-01T00:00:00Z"), to: new Date("2026-04-01T00:00:00Z") };

const database = testDatabase();
let customerId: CustomerId;

beforeAll(() => database.ready);
beforeEach(async () => {
  customerId = await aCustomer();
});
afterAll(() => database.drop());

async function aCustomer(): Promise<CustomerId> {
  return (await createCustomer({ name: "Acme", email: "acme@example.com" })).customerId;
}

/** Rolls up every customer, in transactions of three transfers. */
const rollUp = () => rollUpUsage({ chunk: 3, worthwhile: 1 });

function charges(count: number, at = NOW): PastTransfer[] {
  return Array.from({ length: count }, () => ({ kind: "charge", amountNanos: 7n, apiKeyId: KEY_A, at }));
}

/** Returns the rollups of a grain, by kind. */
async function sumsOf(grain: "minute" | "hour" | "day"): Promise<Partial<Record<TransferKind, string>>> {
  const { rows } = await pool().query(
    `SELECT kind, sum(count) || ' × ' || sum(amount_nanos) AS sum FROM usage_rollup
     WHERE customer_id = $1 AND grain = $2 GROUP BY kind`,
    [customerId, grain],
  );
  return Object.fromEntries(rows.map(({ kind, sum }) => [kind, sum]));
}

async function markOf(): Promise<number> {
  const { rows } = await pool().query("SELECT seq::int FROM usage_rollup_mark WHERE customer_id = $1", [
    customerId,
  ]);
  return rows[0]?.seq ?? 0;
}

/** Makes the next attempt due. */
const makeDue = () =>
  pool().query("UPDATE usage_rollup_mark SET next_try_at = now() WHERE customer_id = $1", [customerId]);

async function totalCharged(): Promise<string> {
  const { totals } = await readUsageTotals(customerId, EVER);
  const charged = totals.find(({ kind }) => kind === "charge");
  return `${charged?.count} × ${charged?.amount}`;
}

describe("rolling up", () => {
  it("adds every transfer once to minutes, hours and days, and moves the mark past the last", async () => {
    await insertPast(customerId, charges(10));

    await rollUp();

    expect(await sumsOf("minute")).toEqual({ charge: "10 × 70" });
    expect(await sumsOf("hour")).toEqual({ charge: "10 × 70" });
    expect(await sumsOf("day")).toEqual({ charge: "10 × 70" });
    expect(await markOf()).toBe(10);
  });

  it("adds nothing the second time", async () => {
    await insertPast(customerId, charges(10));
    await rollUp();

    expect(await rollUp()).toEqual({ added: 0n, failed: 0 });

    expect(await sumsOf("hour")).toEqual({ charge: "10 × 70" });
  });

  it("adds to an existing minute", async () => {
    await insertPast(customerId, charges(2));
    await rollUp();
    await insertPast(customerId, charges(3));

    await rollUp();

    expect(await sumsOf("minute")).toEqual({ charge: "5 × 35" });
  });

  it("counts once when eight runs are concurrent and transfers are added meanwhile", async () => {
    await insertPast(customerId, charges(40));

    const added = await Promise.all([
      ...Array.from({ length: 8 }, rollUp),
      insertPast(customerId, charges(20)).then(() => ({ added: 0n })),
    ]);
    const last = await rollUp();

    expect(added.reduce((sum, one) => sum + one.added, last.added)).toBe(60n);
    expect(await sumsOf("minute")).toEqual({ charge: "60 × 420" });
    expect(await sumsOf("hour")).toEqual({ charge: "60 × 420" });
    expect(await sumsOf("day")).toEqual({ charge: "60 × 420" });
  });

  it("skips a customer with few new transfers, whose reads are exact nevertheless", async () => {
    await insertPast(customerId, charges(9));

    await rollUpUsage({ worthwhile: 10 });

    expect(await markOf()).toBe(0);
    expect(await totalCharged()).toBe("9 × 63");
  });

  it("keeps the sign of adjustments, which can go either way", async () => {
    await insertPast(customerId, [{ kind: "adjustment", amountNanos: 5n, apiKeyId: null, at: NOW }]);

    await rollUp();

    expect(await sumsOf("hour")).toEqual({ adjustment: "1 × -5" });
  });
});

describe("a crash", () => {
  /** Makes the database fail at the worst moment of a crash: between the rollups and the end of the transaction. */
  async function whileBroken(work: () => Promise<unknown>): Promise<void> {
    await pool().query(`
      CREATE FUNCTION break_it() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.seq > 6 THEN RAISE EXCEPTION 'crash'; END IF; RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER break_it AFTER UPDATE ON usage_rollup_mark DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION break_it()`);
    await work().finally(() => pool().query("DROP FUNCTION break_it CASCADE"));
  }

  it("at the end of a transaction rolls back its rollups and mark, and the next run continues from there", async () => {
    await insertPast(customerId, charges(10));

    await whileBroken(async () => expect(await rollUp()).toMatchObject({ failed: 1 }));

    expect(await markOf()).toBe(6);
    expect(await sumsOf("minute")).toEqual({ charge: "6 × 42" });
    expect(await totalCharged()).toBe("10 × 70");

    await makeDue();
    await rollUp();
    expect(await sumsOf("minute")).toEqual({ charge: "10 × 70" });
    expect(await totalCharged()).toBe("10 × 70");
  });

  it("for one customer does not block the others", async () => {
    const broken = customerId;
    await insertPast(broken, charges(10));
    customerId = await aCustomer();
    await insertPast(customerId, charges(5));

    await whileBroken(() => rollUp().catch(() => undefined));

    expect(await markOf()).toBe(5);
    customerId = broken;
    expect(await markOf()).toBe(6);
  });

  it("that repeats is reported once, and the customer is skipped until its next attempt", async () => {
    await pool().query("UPDATE usage_rollup_mark SET next_try_at = NULL");
    await rollUp(); // from other tests
    await insertPast(customerId, charges(10));

    await whileBroken(async () => {
      expect(await rollUp()).toMatchObject({ failed: 1 });
      expect(await rollUp()).toMatchObject({ failed: 0 });
      await makeDue();
      expect(await rollUp()).toMatchObject({ failed: 1 });
    });

    const alerts = await prisma().alert.findMany({ where: { customerId, kind: "usage_not_summed" } });
    expect(alerts).toHaveLength(1);
    await makeDue();
    await rollUp();
    expect(await totalCharged()).toBe("10 × 70");
  });
});

it("reads every charge as soon as it is posted, whether it is rolled up or not", async () => {
  await pool().query("UPDATE ledger_account SET balance_nanos = 1000000 WHERE customer_id = $1", [
    customerId,
  ]);
  const span = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) };

  for (let count = 1n; count <= 12n; count++) {
    await charge({
      customerId,
      amount: nanos(5n),
      allowOverdraft: false,
      owner: customerId,
      key: `charge-${count}`,
      requestHash: "hash",
      description: null,
      metadata: {},
      apiKeyId: newId("apiKey"),
    });
    const { totals } = await readUsageTotals(customerId, {
      from: new Date(Math.floor(span.from.getTime() / 60_000) * 60_000),
      to: new Date(Math.floor(span.to.getTime() / 60_000) * 60_000),
    });
    expect(totals).toContainEqual({ kind: "charge", count, amount: 5n * count });
    if (count % 5n === 0n) await rollUp();
  }
});

it("never changes the totals during a rollup", async () => {
  await insertPast(customerId, charges(300));
  let isDone = false;

  const rolling = rollUpUsage({ chunk: 5, worthwhile: 1 }).finally(() => {
    isDone = true;
  });
  const seen = new Set<string>();
  while (!isDone) seen.add(await totalCharged());
  await rolling;

  expect([...seen]).toEqual(["300 × 2100"]);
});

it("the database rejects an hourly rollup without its range of transfers", async () => {
  const added = pool().query(
    `INSERT INTO usage_rollup (customer_id, grain, bucket_at, kind, api_key_id, amount_nanos, count)
     VALUES ($1, 'hour', $2, 'charge', '', 1, 1)`,
    [customerId, "2026-03-01T12:00:00Z"],
  );

  await expect(added).rejects.toThrow("usage_rollup_hour_has_numbers");
});

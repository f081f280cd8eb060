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

/** Visits everybody, in transactions of three transfers. */
const rollUp = () => rollUpUsage({ chunk: 3, worthwhile: 1 });

function charges(count: number, at = NOW): PastTransfer[] {
  return Array.from({ length: count }, () => ({ kind: "charge", amountNanos: 7n, apiKeyId: KEY_A, at }));
}

/** What the sums of a grain say, kind by kind. */
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

/** As if the time of the next try had come. */
const makeDue = () =>
  pool().query("UPDATE usage_rollup_mark SET next_try_at = now() WHERE customer_id = $1", [customerId]);

async function totalCharged(): Promise<string> {
  const { totals } = await readUsageTotals(customerId, EVER);
  const charged = totals.find(({ kind }) => kind === "charge");
  return `${charged?.count} × ${charged?.amount}`;
}

describe("rolling up", () => {
  it("sums every transfer once into minutes, hours and days and moves the mark behind the last", async () => {
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

  it("adds to a minute that has a sum already", async () => {
    await insertPast(customerId, charges(2));
    await rollUp();
    await insertPast(customerId, charges(3));

    await rollUp();

    expect(await sumsOf("minute")).toEqual({ charge: "5 × 35" });
  });

  it("counts once when eight of them run at the same time, while transfers are added", async () => {
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

  it("leaves a customer with few new transfers for later, and its reads are exact all the same", async () => {
    await insertPast(customerId, charges(9));

    await rollUpUsage({ worthwhile: 10 });

    expect(await markOf()).toBe(0);
    expect(await totalCharged()).toBe("9 × 63");
  });

  it("keeps the sign of adjustments, which go both ways", async () => {
    await insertPast(customerId, [{ kind: "adjustment", amountNanos: 5n, apiKeyId: null, at: NOW }]);

    await rollUp();

    expect(await sumsOf("hour")).toEqual({ adjustment: "1 × -5" });
  });
});

describe("a crash", () => {
  /** Makes the database fail where a crash would leave most behind: between the sums and the end of the transaction. */
  async function whileBroken(work: () => Promise<unknown>): Promise<void> {
    await pool().query(`
      CREATE FUNCTION break_it() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.seq > 6 THEN RAISE EXCEPTION 'crash'; END IF; RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER break_it AFTER UPDATE ON usage_rollup_mark DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION break_it()`);
    await work().finally(() => pool().query("DROP FUNCTION break_it CASCADE"));
  }

  it("at the end of a transaction undoes its sums with its mark, and the next run takes up from there", async () => {
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

  it("over one customer does not keep the others waiting", async () => {
    const broken = customerId;
    await insertPast(broken, charges(10));
    customerId = await aCustomer();
    await insertPast(customerId, charges(5));

    await whileBroken(() => rollUp().catch(() => undefined));

    expect(await markOf()).toBe(5);
    customerId = broken;
    expect(await markOf()).toBe(6);
  });

  it("that comes again is reported once, and its customer is left alone in between", async () => {
    await pool().query("UPDATE usage_rollup_mark SET next_try_at = NULL");
    await rollUp(); // what other tests left behind
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

it("reads every charge the moment it is posted, whether it is summed or not", async () => {
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

it("answers the same totals at every moment of a roll-up", async () => {
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

it("is refused by the database when the sum of an hour does not say which transfers it has", async () => {
  const added = pool().query(
    `INSERT INTO usage_rollup (customer_id, grain, bucket_at, kind, api_key_id, amount_nanos, count)
     VALUES ($1, 'hour', $2, 'charge', '', 1, 1)`,
    [customerId, "2026-03-01T12:00:00Z"],
  );

  await expect(added).rejects.toThrow("usage_rollup_hour_has_numbers");
});

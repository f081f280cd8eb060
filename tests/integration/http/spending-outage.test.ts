import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readBalance } from "@/lib/ledger";
import { pool, prisma } from "@/lib/platform/db";
import { type ApiCustomer, aCustomer, eventually, type RunningBrim, startBrim } from "@/tests/support/brim";
import { atDepth } from "@/tests/support/depth";
import { topUp, usd } from "@/tests/support/spending";

let brim: RunningBrim;
let admin: pg.Client;
let customer: ApiCustomer;

beforeAll(async () => {
  brim = await startBrim({ settings: { DATABASE_POOL_MAX: "4" } });
  admin = new pg.Client({ connectionString: process.env.DATABASE_URL, application_name: "admin" });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await brim.stop();
});
beforeEach(async () => {
  customer = await aCustomer(brim);
  await topUp(customer.customerId, "100.00");
});

const charge = (key: string) =>
  customer.post("/api/v1/usage/charges", { amount_usd: "1.00", idempotency_key: key });

const chargesOf = () =>
  prisma().ledgerTransfer.count({ where: { customerId: customer.customerId, kind: "charge" } });

/** Locks the customer's account in another transaction, so that a charge waits. */
async function lockAccount(): Promise<() => Promise<unknown>> {
  await admin.query("BEGIN");
  await admin.query("SELECT 1 FROM ledger_account WHERE customer_id = $1 FOR UPDATE", [customer.customerId]);
  return () => admin.query("ROLLBACK");
}

/** Runs a function for every connection of Brim that waits for a lock. */
async function toWaiting(work: "pg_cancel_backend" | "pg_terminate_backend"): Promise<void> {
  const sql = `SELECT ${work}(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'brim' AND wait_event_type = 'Lock'`;
  await eventually(
    async () => (await admin.query(sql)).rowCount ?? 0,
    (count) => count > 0,
  );
}

describe("a charge whose response is lost", () => {
  it.each([
    ["the statement is canceled, as by a timeout", "pg_cancel_backend" as const],
    ["its connection is closed", "pg_terminate_backend" as const],
  ])("gets 503 when %s, and the retry charges once", async (_what, work) => {
    const unlock = await lockAccount();
    const waiting = charge("a");
    await toWaiting(work);

    const answer = await waiting;
    await unlock();

    expect(answer).toMatchObject({ status: 503, body: { details: { reason: "database_unavailable" } } });
    expect(await chargesOf()).toBe(0);
    expect((await charge("a")).status).toBe(200);
    expect((await charge("a")).headers.get("idempotent-replayed")).toBe("true");
    expect(await chargesOf()).toBe(1);
  });

  it("gets 503 when no connection is free, and the retry charges once", async () => {
    const taken = await Promise.all([1, 2, 3, 4].map(() => pool().connect()));

    const answer = await charge("a");
    for (const connection of taken) connection.release();

    expect(answer).toMatchObject({ status: 503, body: { details: { reason: "database_unavailable" } } });
    expect((await charge("a")).status).toBe(200);
    expect(await chargesOf()).toBe(1);
  });
});

it("connections that break randomly under load lose no charge and charge nothing twice", async () => {
  const count = atDepth({ ci: 80, deep: 1_000 });
  let isRunning = true;
  const cutting = (async () => {
    while (isRunning) {
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'brim' ORDER BY random() LIMIT 1`,
      );
      // Longer than it takes to reconnect; otherwise hardly any charge would reach the database.
      await new Promise((resolve) => setTimeout(resolve, 10 + 60 * Math.random()));
    }
  })();

  const statuses = new Set<number>();
  const work = Array.from({ length: count }, async (_, index) => {
    for (;;) {
      // On a busy machine the server may close an idle connection just as the next request uses it.
      const status = await charge(`load-${index % (count / 2)}`).then(
        (answer) => answer.status,
        () => 503,
      );
      statuses.add(status);
      if (status === 200 || status === 402) return;
    }
  });
  await Promise.all(work);
  // A fast machine may be done before a connection breaks that is in use.
  for (let extra = 0; !statuses.has(503); extra++) statuses.add((await charge(`load-${extra % 10}`)).status);
  isRunning = false;
  await cutting;

  expect([...statuses].every((status) => [200, 402, 503].includes(status))).toBe(true);
  expect(statuses.has(503)).toBe(true);
  const expected = Math.min(100, count / 2);
  expect(await chargesOf()).toBe(expected);
  expect((await readBalance(customer.customerId)).balance).toBe(
    usd("100.00") - BigInt(expected) * usd("1.00"),
  );
});

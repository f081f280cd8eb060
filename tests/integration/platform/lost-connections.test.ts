import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { adjustBalance } from "@/lib/adjustments";
import { captureHold, charge, openHold, readBalance } from "@/lib/ledger";
import { closeDatabase, isDatabaseUnavailable, pool, prisma, withTransaction } from "@/lib/platform/db";
import { type CustomerId, newId } from "@/lib/platform/ids";
import { startJobs } from "@/lib/platform/jobs";
import { createTestDatabase, type TestDatabase } from "@/tests/support/database";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { applySettings } from "@/tests/support/settings";
import { aCharge, aFundedCustomer, aHold, usd } from "@/tests/support/spending";
import { type Fate, startTcpProxy, type TcpProxy } from "@/tests/support/tcp-proxy";

// Every test here drops connections silently: nothing is closed, and no response arrives. With these settings a query times
// out after two seconds instead of ten.
const SETTINGS = { DATABASE_QUERY_TIMEOUT_MS: "2000", DATABASE_POOL_MAX: "4" };

let database: TestDatabase;
let proxy: TcpProxy;
let fate: (sent: string) => Fate = () => "pass";

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startTcpProxy(database.url, { onSend: (sent) => fate(sent) });
  applySettings({ DATABASE_URL: proxy.url, ...SETTINGS });
  await prisma().customer.count(); // loads Prisma
});
afterEach(() => {
  fate = () => "pass";
  proxy.setDown(false);
});
afterAll(async () => {
  await closeDatabase();
  await proxy.stop();
  await database.drop();
});

/** Drops a connection at the first statement that contains this text; the others keep working. */
function loseOnce(words: string, how: Fate): void {
  let isDone = false;
  fate = (sent) => {
    if (isDone || !sent.includes(words)) return "pass";
    isDone = true;
    return how;
  };
}

const unavailable = { status: "rejected", reason: expect.toSatisfy(isDatabaseUnavailable) };

it("after all idle connections are lost, the second request already succeeds", async () => {
  const customer = await aFundedCustomer("10.00");
  await Promise.all([1, 2, 3, 4].map(() => pool().query("SELECT pg_sleep(0.05)")));
  expect(pool().idleCount).toBe(4);
  proxy.swallow();

  const [first] = await Promise.allSettled([charge(aCharge(customer, "1.00"))]);
  const second = await charge(aCharge(customer, "1.00"));

  expect(first).toMatchObject(unavailable);
  expect(second.isReplay).toBe(false);
});

it("a charge whose connection is lost is rejected as unavailable, and a retry with its key returns the outcome", async () => {
  const customers = await Promise.all([aFundedCustomer("10.00"), aFundedCustomer("10.00")]);
  const [unheard, unanswered] = customers.map((customer) => aCharge(customer, "1.00"));
  if (!unheard || !unanswered) throw new Error("two customers were made");
  fate = (sent) => {
    if (sent.includes(unheard.key)) return "swallow";
    return sent.includes(unanswered.key) ? "swallow_answer" : "pass";
  };

  const lost = await Promise.allSettled([
    charge(unheard),
    new Promise(setImmediate).then(() => charge(unanswered)), // on its own connection
  ]);
  fate = () => "pass";

  expect(lost).toMatchObject([unavailable, unavailable]);
  expect((await charge(unheard)).isReplay).toBe(false);
  expect((await charge(unanswered)).isReplay).toBe(true);
  for (const customer of customers) expect((await readBalance(customer)).balance).toBe(usd("9.00"));
});

it("charges that share a lost connection are rejected together; none is made twice, and later ones succeed", async () => {
  const customers = await Promise.all(Array.from({ length: 8 }, () => aFundedCustomer("10.00")));
  const requests = customers.map((customer) => aCharge(customer, "1.00"));
  loseOnce("ledger_charge_group", "swallow_answer");

  const lost = await Promise.allSettled(requests.map((request) => charge(request)));
  const again = await Promise.all(requests.map((request) => charge(request)));

  expect(lost.filter(({ status }) => status === "rejected").length).toBeGreaterThan(1);
  expect(lost.filter(({ status }) => status === "rejected")).toSatisfy((failed: unknown[]) =>
    failed.every((one) => isDatabaseUnavailable((one as PromiseRejectedResult).reason)),
  );
  expect(again).toHaveLength(8);
  for (const customer of customers) expect((await readBalance(customer)).balance).toBe(usd("9.00"));
});

it.each([
  ["BEGIN", "swallow"],
  ["ledger_adjust", "swallow_answer"],
  ["COMMIT", "swallow"],
  ["COMMIT", "swallow_answer"],
] as const)(
  "a transaction whose connection is lost at its %s (%s) has its effect once, and releases its locks",
  async (words, how) => {
    const customer = await aFundedCustomer("10.00");
    const adjustment = anAdjustment(customer);
    loseOnce(words, how);

    const [lost] = await Promise.allSettled([adjustment()]);
    // Postgres ends the idle transaction, and only then releases the lock on the account's row.
    const again = await adjustment();

    expect(lost).toMatchObject(unavailable);
    expect(again.balanceAfter).toBe(usd("15.00"));
    expect((await readBalance(customer)).balance).toBe(usd("15.00"));
  },
);

it("a transaction whose ROLLBACK is lost fails with its own error, and the pool still works", async () => {
  loseOnce("ROLLBACK", "swallow");

  const failed = withTransaction(async (tx) => {
    await tx.$queryRaw`SELECT 1`;
    throw new Error("its own reason");
  });

  await expect(failed).rejects.toThrow();
  await everyConnectionAnswers();
});

it("during an outage that drops everything, all requests end, and service resumes immediately afterwards", async () => {
  const customers = await Promise.all(Array.from({ length: 3 }, () => aFundedCustomer("10.00")));
  const held = await openHold(aHold(customers[0] as CustomerId, "5.00"));
  const charges = customers.flatMap((customer) => [1, 2, 3].map(() => aCharge(customer, "1.00")));
  const capture = () =>
    captureHold(
      { customerId: customers[0] as CustomerId, holdId: held.hold.holdId, principal: "operator" },
      { amount: null, apiKeyId: null },
    );
  const adjustment = anAdjustment(customers[1] as CustomerId);
  const all = () => Promise.allSettled([...charges.map((one) => charge(one)), capture(), adjustment()]);
  proxy.setDown(true);
  proxy.swallow();

  const during = await all();
  proxy.setDown(false);
  const after = await all();

  expect(during.filter(({ status }) => status === "fulfilled")).toEqual([]);
  expect(after.filter(({ status }) => status === "rejected")).toEqual([]);
  expect((await readBalance(customers[0] as CustomerId)).balance).toBe(usd("2.00"));
  expect((await readBalance(customers[1] as CustomerId)).balance).toBe(usd("12.00"));
  expect((await readBalance(customers[2] as CustomerId)).balance).toBe(usd("7.00"));
  await everyConnectionAnswers();
  await expectLedgerVerified();
});

it("waiting for a locked row times out before a lost connection does, and the connection is kept", async () => {
  const customer = await aFundedCustomer("10.00");
  const connection = await pool().connect();
  await connection.query("BEGIN");
  await connection.query("SELECT 1 FROM ledger_account WHERE customer_id = $1 FOR UPDATE", [customer]);
  // Postgres ends this transaction when it has been idle for a second.
  const posted = await charge(aCharge(customer, "1.00"));

  expect(posted.balanceAfter).toBe(usd("9.00"));
  connection.release();
});

it.each([
  ["a worker loses its connection when it records the end of a job", "complete_job", "cut" as const],
  ["the clock loses its connection when it starts", "known_crontabs", "cut" as const],
  ["every connection is lost while a job runs", "pg_sleep", "swallow" as const],
])("jobs continue in the same process after %s", async (_what, words, how) => {
  vi.spyOn(console, "trace").mockImplementation(() => {}); // graphile-worker reports a lost worker there
  await pool().query("DELETE FROM graphile_worker._private_jobs");
  let runs = 0;
  const lose = () => loseOnce(words === "complete_job" ? "delete from" : words, how);
  if (words === "known_crontabs") lose();
  const worker = await startJobs([
    {
      task: "counts",
      cron: "0 0 1 1 *",
      async run() {
        runs++;
        if (runs > 1) return;
        if (words !== "known_crontabs") lose();
        if (words !== "pg_sleep") return;
        proxy.swallow();
        await pool().query("SELECT pg_sleep(0)");
      },
    },
  ]);
  try {
    await addJob().catch(() => {}); // its response may be lost with the connections
    // A job whose completion could not be recorded may have run again by now.
    await expect.poll(() => runs).toBeGreaterThanOrEqual(1);
    const before = runs;
    await expect
      .poll(() =>
        addJob().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await expect.poll(() => runs).toBeGreaterThan(before);
  } finally {
    await worker.stop();
    vi.restoreAllMocks();
  }

  function addJob() {
    return pool().query("SELECT graphile_worker.add_job('counts')");
  }
});

it("closes while connections are lost, both active and idle", async () => {
  await prisma().customer.count();
  await Promise.all([1, 2, 3].map(() => pool().query("SELECT pg_sleep(0.05)")));
  const waiting = Promise.allSettled([pool().query("SELECT 1"), prisma().customer.count()]);
  proxy.setDown(true);
  proxy.swallow();

  await closeDatabase();

  await waiting;
  proxy.setDown(false);
  expect(await prisma().customer.count()).toBeGreaterThan(0);
});

function anAdjustment(customerId: CustomerId) {
  const idempotencyKey = newId("transfer");
  return () =>
    adjustBalance({ kind: "operator_key", apiKeyId: newId("apiKey"), scopes: ["admin"] } as never, {
      customerId,
      amount: usd("5.00"),
      reason: "a test",
      idempotencyKey,
      allowOverdraft: false,
    });
}

/** Asserts that no connection of the pool is leaked, and that no idle one is dead. */
async function everyConnectionAnswers(): Promise<void> {
  const taken = await Promise.all([1, 2, 3, 4].map(() => pool().connect()));
  await Promise.all(taken.map((connection) => connection.query("SELECT 1")));
  for (const connection of taken) connection.release();
}

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { charge, openHold, type PostedCharge, readBalance, setAccountStatus } from "@/lib/ledger";
import { type ChargeEntry, type ChargeRow, runCharge } from "@/lib/ledger/charge-sql";
import { writeCharge } from "@/lib/ledger/write-charge";
import { pool, prisma, withTransaction } from "@/lib/platform/db";
import { type CustomerId, newId } from "@/lib/platform/ids";
import { atDepth } from "@/tests/support/depth";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { testDatabase } from "@/tests/support/settings";
import { aCharge, aHold, fundedCustomers, outcomes, usd } from "@/tests/support/spending";
import { whileLocked } from "@/tests/support/while-locked";

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

type Three = [CustomerId, CustomerId, CustomerId];

/** Long enough for a batch to be sent. */
const oneTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** Runs some work and returns the number of statements that it sent to the database. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const query = vi.spyOn(pool(), "query");
  try {
    await work();
    return query.mock.calls.length;
  } finally {
    query.mockRestore();
  }
}

describe("concurrent charges of many customers", () => {
  it("share round trips", async () => {
    const customers = await fundedCustomers(60, "10.00");

    const sent = await statementsOf(() => Promise.all(customers.map((id) => charge(aCharge(id, "1.00")))));

    // A charge that waits for a lock is written alone; on a busy machine there may be a few.
    expect(sent).toBeLessThan(30);
  });

  it("each get their own exact result", async () => {
    const customers = await fundedCustomers(20, "10.00");
    await openHold(aHold(customers[3] as CustomerId, "2.50"));

    const posted = await Promise.all(
      customers.map((id, i) => charge(aCharge(id, `0.00000000${(i % 9) + 1}`))),
    );

    for (const [i, { balanceAfter, availableAfter, isReplay, createdAt }] of posted.entries()) {
      const left = usd("10.00") - BigInt((i % 9) + 1);
      expect([balanceAfter, isReplay]).toEqual([left, false]);
      expect(availableAfter).toBe(i === 3 ? left - usd("2.50") : left);
      expect(Math.abs(Date.now() - createdAt.getTime())).toBeLessThan(60_000);
    }
    const { rows } = await pool().query(
      "SELECT transfer_id, created_at FROM ledger_transfer WHERE transfer_id = ANY($1)",
      [posted.map(({ chargeId }) => chargeId)],
    );
    const written = new Map(rows.map((row) => [row.transfer_id, row.created_at]));
    for (const { chargeId, createdAt } of posted) expect(createdAt).toEqual(written.get(chargeId));
  });

  it("are isolated: one that cannot be written does not affect the others", async () => {
    const [good, empty, frozen] = (await fundedCustomers(3, "5.00")) as Three;
    await charge(aCharge(empty, "5.00"));
    await withTransaction((tx) => setAccountStatus(tx, frozen, "frozen"));
    const known = aCharge(good, "1.00");
    await charge(known);

    const counts = await outcomes([
      charge(aCharge(good, "1.00", { owner: good })),
      charge(aCharge(empty, "1.00")),
      charge(aCharge(frozen, "1.00")),
      charge(aCharge("cust_00000000000000000000000000", "1.00")),
      charge(known),
      charge(aCharge(good, "1.00", { key: known.key, requestHash: "another", apiKeyId: newId("apiKey") })),
    ]);

    expect(counts).toEqual({
      ok: 2,
      InsufficientBalanceError: 1,
      AccountNotActiveError: 1,
      UnknownCustomerError: 1,
      IdempotencyConflictError: 1,
    });
    expect((await readBalance(good)).balance).toBe(usd("3.00"));
  });

  it("are written even if one of them has a description that Postgres rejects", async () => {
    const [good, bad] = (await fundedCustomers(2, "5.00")) as [CustomerId, CustomerId];

    const results = await Promise.allSettled([
      charge(aCharge(good, "1.00")),
      charge(aCharge(bad, "1.00", { description: "nothing\u0000more" })),
    ]);

    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect((await readBalance(good)).balance).toBe(usd("4.00"));
    expect((await readBalance(bad)).balance).toBe(usd("5.00"));
  });

  it("enqueue an auto top-up evaluation for each customer that crosses its threshold, and for no other", async () => {
    const customers = await fundedCustomers(6, "10.00");
    await prisma().ledgerAccount.updateMany({
      where: { customerId: { in: customers.slice(0, 4) } },
      data: { autoTopupThresholdNanos: usd("5.00") },
    });

    const amounts = ["5.00", "5.01", "6.00", "1.00", "6.00", "1.00"];
    await Promise.all(customers.map((id, i) => charge(aCharge(id, amounts[i] ?? ""))));

    const { rows } = await pool().query<{ key: string }>("SELECT key FROM graphile_worker.jobs");
    expect(rows.map(({ key }) => key).sort()).toEqual(
      customers
        .slice(1, 3)
        .map((id) => `auto-top-up:${id}`)
        .sort(),
    );
  });
});

describe("a locked account", () => {
  it("delays its own charge, but not the others of the same batch", async () => {
    const [locked, ...others] = (await fundedCustomers(12, "5.00")) as [CustomerId, ...CustomerId[]];
    const order: string[] = [];
    let waiting: Promise<unknown> = Promise.resolve();

    await whileLocked(locked, async () => {
      waiting = charge(aCharge(locked, "1.00")).then(() => order.push("locked"));
      await Promise.all(others.map((id) => charge(aCharge(id, "1.00"))));
      order.push("others");
    });

    await waiting;
    expect(order).toEqual(["others", "locked"]);
    expect((await readBalance(locked)).balance).toBe(usd("4.00"));
  });

  it("keeps the order of its charges, including those that come while it is locked", async () => {
    const [locked, other] = (await fundedCustomers(2, "50.00")) as [CustomerId, CustomerId];
    const waiting: Promise<PostedCharge>[] = [];

    await whileLocked(locked, async () => {
      for (let round = 0; round < 4; round++) {
        waiting.push(...times(5, () => charge(aCharge(locked, "1.00"))));
        await charge(aCharge(other, "1.00"));
      }
    });
    waiting.push(...times(5, () => charge(aCharge(locked, "1.00"))));

    const balances = (await Promise.all(waiting)).map(({ balanceAfter }) => balanceAfter);
    expect(balances).toEqual(times(25, (i) => usd("50.00") - BigInt(i + 1) * usd("1.00")));
  });

  it("does not stop the others when more accounts are locked than batches can run concurrently", async () => {
    const [other, ...held] = (await fundedCustomers(5, "5.00")) as [CustomerId, ...CustomerId[]];
    const order: string[] = [];
    const waiting: Promise<unknown>[] = [];
    const hold = (ids: CustomerId[], work: () => Promise<void>): Promise<void> => {
      const [first, ...rest] = ids;
      return first ? whileLocked(first, () => hold(rest, work)) : work();
    };

    await hold(held, async () => {
      for (const id of held) {
        waiting.push(charge(aCharge(id, "1.00")).then(() => order.push("locked")));
        await oneTurn(); // so that each is sent by itself
      }
      await charge(aCharge(other, "1.00"));
      order.push("other");
    });

    await Promise.all(waiting);
    expect(order).toEqual(["other", "locked", "locked", "locked", "locked"]);
  });
});

describe("a connection that breaks during a batch", () => {
  it("confirms nothing that was not committed, and the idempotency keys settle the rest", async () => {
    // The connection must close between the first and the last commit, which cannot be observed: repeat until it does.
    let committedByACutBatch = 0;
    for (let round = 0; round < 40 && committedByACutBatch === 0; round++) {
      const customers = await fundedCustomers(30, "5.00");
      const requests = customers.map((id) => aCharge(id, "1.00"));

      const results = await cutWhile(Promise.allSettled(requests.map((request) => charge(request))), round);

      const refused = results.filter(({ status }) => status === "rejected");
      for (const result of refused) expect(result).toMatchObject({ reason: { code: "57P01" } });
      const again = await Promise.all(requests.map((request) => charge(request)));
      const replays = again.filter(({ isReplay }) => isReplay).length;
      expect(replays).toBeGreaterThanOrEqual(30 - refused.length);
      committedByACutBatch = replays - (30 - refused.length);
      for (const id of customers) expect((await readBalance(id)).balance).toBe(usd("4.00"));
    }
    expect(committedByACutBatch).toBeGreaterThan(0);
  });

  /** Closes the connection of each batch that is being written, a little later in each round. */
  async function cutWhile<T>(work: Promise<T>, round: number): Promise<T> {
    await sleep(round % 20);
    await pool().query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND query LIKE 'CALL ledger_charge_group%' AND state = 'active'`,
    );
    return work;
  }
});

/** A request of one of the customers. */
const anOrder = fc.record({
  customer: fc.integer({ min: 0, max: 4 }),
  amount: fc.constantFrom("0.000000001", "1.00", "2.50", "7.00"),
  key: fc.constantFrom("a", "b", "hold", "topup", null),
  hash: fc.constantFrom("x", "y"),
  isOperator: fc.boolean(),
  overdraft: fc.boolean(),
});
type Order = typeof anOrder extends fc.Arbitrary<infer T> ? T : never;

describe("any group of charges", () => {
  it("has the same effect as the same charges one after another", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anOrder, { minLength: 2, maxLength: 60 }), async (orders) => {
        const [together, alone] = [await aWorld(), await aWorld()];

        const ahead = await chargesForAllBatches();
        let atOnce: PromiseSettledResult<ChargeRow | null>[] = [];
        const sent = await statementsOf(async () => {
          const entries = [...ahead, ...orders.map((order) => entryOf(order, together))];
          atOnce = (await Promise.allSettled(entries.map(writeCharge))).slice(ahead.length);
        });
        // Otherwise all were written alone, and nothing was compared.
        expect(sent).toBeLessThan(ahead.length + Math.max(2, orders.length));
        const oneByOne: PromiseSettledResult<ChargeRow | null>[] = [];
        for (const order of orders)
          oneByOne.push(...(await Promise.allSettled([runCharge(entryOf(order, alone))])));

        expect(atOnce.map(told)).toEqual(oneByOne.map(told));
        expect(await booksOf(together)).toEqual(await booksOf(alone));
      }),
      { numRuns: atDepth({ ci: 12, deep: 150 }) },
    );
    await expectLedgerVerified();
  });

  /** Enough to fill all concurrent batches, so that the following charges wait and share a batch. */
  async function chargesForAllBatches(): Promise<ChargeEntry[]> {
    const customers = await fundedCustomers(8, "5.00");
    const order = { amount: "1.00", key: null, hash: "x", isOperator: true, overdraft: false } as const;
    return customers.map((id) => entryOf({ ...order, customer: 0 }, [id]));
  }

  const told = (result: PromiseSettledResult<ChargeRow | null>) => {
    if (result.status === "rejected") return (result.reason as Error).constructor.name;
    return result.value && [result.value.balance, result.value.held];
  };
});

/** Customers in every state that affects a charge. */
async function aWorld(): Promise<CustomerId[]> {
  const [active, frozen, closed] = (await fundedCustomers(3, "10.00")) as Three;
  const [held, poor] = (await fundedCustomers(2, "10.00")) as [CustomerId, CustomerId];
  for (const owner of ["operator", held]) await openHold(aHold(held, "3.00", { key: "hold", owner }));
  await prisma().topUpIntent.updateMany({
    where: { customerId: active },
    data: { idempotencyOwner: active, idempotencyKey: "topup" },
  });
  await charge(aCharge(poor, "9.999999999", { key: "before" }));
  await withTransaction((tx) => setAccountStatus(tx, frozen, "frozen"));
  await prisma().ledgerAccount.update({ where: { customerId: closed }, data: { status: "closed" } });
  return [active, frozen, closed, held, poor];
}

function entryOf(order: Order, world: readonly CustomerId[]): ChargeEntry {
  const customer = world[order.customer] as CustomerId;
  return {
    customer,
    amount: usd(order.amount).toString(),
    id: newId("charge"),
    owner: order.isOperator ? "operator" : customer,
    key: order.key ?? randomUUID(),
    hash: order.hash,
    description: order.hash === "x" ? "ü “quoted” \\ 'text'" : null,
    metadata: order.hash === "x" ? { job: "8731", note: "a\nb" } : {},
    api_key: order.isOperator ? null : "key_00000000000000000000000000",
    overdraft: order.overdraft && order.isOperator,
  };
}

/** All rows of the customers, with positions instead of IDs, without fields that always differ. */
async function booksOf(world: readonly CustomerId[]) {
  const { rows } = await pool().query(
    `SELECT array_position($1, t.customer_id) AS customer, t.seq, t.kind, t.direction, t.amount_nanos, t.balance_after_nanos,
            t.held_after_nanos, t.house_account, t.source_type, t.source_id = t.transfer_id AS is_its_source,
            t.source_revision, t.idempotency_owner = 'operator' AS is_operator, length(t.idempotency_key) AS key_length,
            t.request_hash, t.description, t.metadata, t.api_key_id, abs(extract(epoch FROM t.occurred_at - t.created_at)) < 1 AS is_now
     FROM ledger_transfer t WHERE t.customer_id = ANY($1) AND t.kind = 'charge'
     ORDER BY 1, t.seq`,
    [world],
  );
  const balances = await pool().query(
    `SELECT array_position($1, customer_id) AS customer, balance_nanos, held_nanos, last_seq, status
     FROM ledger_account WHERE customer_id = ANY($1) ORDER BY 1`,
    [world],
  );
  return { transfers: rows, balances: balances.rows };
}

// Runs last, because a balance that was set by hand makes the ledger inconsistent.
it("a charge that exceeds the range of the ledger does not affect the others", async () => {
  const [good, low] = (await fundedCustomers(2, "5.00")) as [CustomerId, CustomerId];
  await prisma().ledgerAccount.update({
    where: { customerId: low },
    data: { balanceNanos: -8_999_999_000_000_000_000n },
  });
  const overdraft = { allowOverdraft: true };

  const counts = await outcomes([
    charge(aCharge(good, "1.00")),
    charge(aCharge(low, "999999.00", overdraft)),
    charge(aCharge(low, "1.00", { ...overdraft, owner: low })),
  ]);

  expect(counts).toEqual({ ok: 2, BalanceOutOfRangeError: 1 });
});

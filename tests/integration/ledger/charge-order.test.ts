import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ChargeRequest, charge, openHold, type PostedCharge, readBalance } from "@/lib/ledger";
import { pool, prisma } from "@/lib/platform/db";
import { atDepth } from "@/tests/support/depth";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { testDatabase } from "@/tests/support/settings";
import { aCharge, aFundedCustomer, aHold, outcomes, topUp, usd } from "@/tests/support/spending";
import { whileLocked } from "@/tests/support/while-locked";

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** The statements in this database that wait for a lock. */
async function waitingStatements(): Promise<{ pid: number; query: string }[]> {
  const { rows } = await pool().query<{ pid: number; query: string }>(
    "SELECT pid, query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  return rows;
}

/** Waits until a single charge waits for a lock. Returns the process ID of its connection. */
async function theWaitingCharge(): Promise<number> {
  let waiting: { pid: number; query: string }[] = [];
  await expect
    .poll(async () => {
      waiting = await waitingStatements();
      return waiting.length === 1 && !waiting[0]?.query.startsWith("CALL");
    })
    .toBe(true);
  return waiting[0]?.pid ?? 0;
}

describe("concurrent charges of one customer", () => {
  it("are written in order of arrival, each with its resulting balance", async () => {
    const customer = await aFundedCustomer("10.00");

    const posted = await Promise.all(times(250, () => charge(aCharge(customer, "0.01"))));

    expect(new Set(posted.map(({ chargeId }) => chargeId)).size).toBe(250);
    expect(posted.map(({ balanceAfter }) => balanceAfter)).toEqual(
      times(250, (i) => usd("10.00") - BigInt(i + 1) * usd("0.01")),
    );
  });

  it("use one connection and leave the others to other customers", async () => {
    const [busy, other] = [await aFundedCustomer("100.00"), await aFundedCustomer("5.00")];
    let charges: Promise<unknown> = Promise.resolve();

    await whileLocked(busy, async () => {
      charges = Promise.all(times(80, () => charge(aCharge(busy, "1.00"))));
      await theWaitingCharge();
      await charge(aCharge(other, "1.00"));
      expect(await waitingStatements()).toHaveLength(1);
    });

    await charges;
    expect((await readBalance(busy)).balance).toBe(usd("20.00"));
  });

  it("enqueue one auto top-up evaluation when they cross its threshold together", async () => {
    const customer = await aFundedCustomer("10.00");
    await prisma().ledgerAccount.update({
      where: { customerId: customer },
      data: { autoTopupThresholdNanos: usd("5.00") },
    });

    await Promise.all(times(8, () => charge(aCharge(customer, "1.00"))));

    const { rows } = await pool().query(
      "SELECT count(*)::int AS n FROM graphile_worker.jobs WHERE key = $1",
      [`auto-top-up:${customer}`],
    );
    expect(rows[0].n).toBe(1);
  });

  it("from two callers never exceed the balance", async () => {
    const customer = await aFundedCustomer("20.00");

    const counts = await outcomes([
      ...times(32, () => charge(aCharge(customer, "1.00"))),
      ...times(32, () => charge(aCharge(customer, "1.00", { owner: customer }))),
    ]);

    expect(counts).toEqual({ ok: 20, InsufficientBalanceError: 44 });
    expect((await readBalance(customer)).balance).toBe(0n);
  });
});

describe("a charge that cannot be written", () => {
  it("is rejected without affecting the others: too large, a key used with another body, or a hold's key", async () => {
    const customer = await aFundedCustomer("10.00");
    const known = aCharge(customer, "1.00");
    const before = await charge(known);
    await openHold(aHold(customer, "1.00", { key: "held" }));

    const results = await Promise.allSettled(
      [
        aCharge(customer, "1.00"),
        aCharge(customer, "500.00"),
        known,
        { ...known, requestHash: "another body" },
        aCharge(customer, "1.00", { key: "held", requestHash: "charge" }),
        aCharge(customer, "2.00"),
      ].map(charge),
    );

    expect(results.map(shortly)).toEqual([
      "ok",
      "InsufficientBalanceError",
      `replay of ${before.chargeId}`,
      "IdempotencyConflictError",
      "IdempotencyConflictError",
      "ok",
    ]);
    expect((await readBalance(customer)).available).toBe(usd("5.00"));
  });
});

describe("a database outage", () => {
  it("rejects all charges of the batch; each key has one effect when it is retried", async () => {
    const customer = await aFundedCustomer("100.00");
    const requests = times(21, () => aCharge(customer, "1.00"));
    let charges: Promise<PromiseSettledResult<PostedCharge>[]> = Promise.resolve([]);

    await whileLocked(customer, async () => {
      charges = Promise.allSettled(requests.map(charge));
      await pool().query("SELECT pg_terminate_backend($1)", [await theWaitingCharge()]);
    });

    const refused = (await charges).filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(21);
    expect((await readBalance(customer)).balance).toBe(usd("100.00"));
    const again = await Promise.all([...requests, ...requests].map(charge));
    expect(again.filter(({ isReplay }) => !isReplay)).toHaveLength(21);
    expect((await readBalance(customer)).balance).toBe(usd("79.00"));
  });
});

/** A charge of a group: few keys, so that they repeat, and amounts that soon exhaust the balance. */
const wave = fc.array(
  fc.record({
    key: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    cents: fc.integer({ min: 1, max: 300 }),
    isOverdraft: fc.integer({ min: 0, max: 60 }).map((roll) => roll === 0),
  }),
  { minLength: 2, maxLength: 40 },
);

it("concurrent charges have the same results as sequential charges in order of arrival", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(wave, { minLength: 1, maxLength: 4 }), async (waves) => {
      const customer = await aFundedCustomer("15.00");
      const model = {
        balance: usd("15.00") as bigint,
        known: new Map<string, { hash: string; id: string }>(),
      };
      for (const entries of waves) {
        const requests = entries.map(({ key, cents, isOverdraft }) =>
          aCharge(customer, `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`, {
            key: key === undefined ? randomUUID() : `key-${key}`,
            requestHash: `${cents} ${isOverdraft}`,
            allowOverdraft: isOverdraft,
          }),
        );
        const results = await Promise.allSettled(requests.map(charge));
        for (const [i, result] of results.entries()) {
          const later = results.filter(
            (other, n) => n > i && requests[n]?.key === requests[i]?.key && isNew(other),
          );
          expectAsModelled(model, requests[i] as ChargeRequest, result, later.length > 0);
        }
        await topUp(customer, "5.00");
        model.balance += usd("5.00");
      }
      expect((await readBalance(customer)).balance).toBe(model.balance);
    }),
    { numRuns: atDepth({ ci: 25, deep: 500 }), endOnFailure: true },
  );
  await expectLedgerVerified();
});

function expectAsModelled(
  model: { balance: bigint; known: Map<string, { hash: string; id: string }> },
  request: ChargeRequest,
  result: PromiseSettledResult<PostedCharge>,
  isKeyChargedLater: boolean,
): void {
  const known = model.known.get(request.key);
  if (known) {
    const isSame = known.hash === request.requestHash;
    expect(shortly(result)).toBe(isSame ? `replay of ${known.id}` : "IdempotencyConflictError");
  } else if (!request.allowOverdraft && model.balance < request.amount) {
    // The key is looked up after the group was written: by then another body may have been charged under it.
    const refusals = ["InsufficientBalanceError", ...(isKeyChargedLater ? ["IdempotencyConflictError"] : [])];
    expect(refusals).toContain(shortly(result));
  } else {
    expect(shortly(result)).toBe("ok");
    const { chargeId, balanceAfter } = (result as PromiseFulfilledResult<PostedCharge>).value;
    model.balance -= request.amount;
    model.known.set(request.key, { hash: request.requestHash, id: chargeId });
    expect(balanceAfter).toBe(model.balance);
  }
}

function isNew(result: PromiseSettledResult<PostedCharge>): boolean {
  return result.status === "fulfilled" && !result.value.isReplay;
}

function shortly(result: PromiseSettledResult<PostedCharge>): string {
  if (result.status === "rejected") return (result.reason as Error).constructor.name;
  return result.value.isReplay ? `replay of ${result.value.chargeId}` : "ok";
}

// Runs last, because a balance that was set by hand makes the ledger inconsistent.
it("a charge that exceeds the range of the ledger does not affect the others", async () => {
  const customer = await aFundedCustomer("10.00");
  await prisma().ledgerAccount.update({
    where: { customerId: customer },
    data: { balanceNanos: -8_999_999_000_000_000_000n },
  });
  const overdraft = { allowOverdraft: true };

  const counts = await outcomes([
    charge(aCharge(customer, "1.00", overdraft)),
    charge(aCharge(customer, "2.00", overdraft)),
    charge(aCharge(customer, "999999.00", overdraft)),
    charge(aCharge(customer, "3.00", overdraft)),
  ]);
  expect(counts).toEqual({ ok: 3, BalanceOutOfRangeError: 1 });
});

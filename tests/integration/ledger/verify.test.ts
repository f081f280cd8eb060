import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LEDGER_CHECKS } from "@/lib/commands/all-ledger-checks";
import { captureHold, charge, openHold, refundCharge, releaseHold, verifyLedger } from "@/lib/ledger";
import { nanos } from "@/lib/money";
import { pool } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { rollUpUsage } from "@/lib/usage";
import { atDepth } from "@/tests/support/depth";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { aCustomerWithHistory, aToppedUpCustomer, dollars, keyed } from "@/tests/support/ledger-history";
import { testDatabase } from "@/tests/support/settings";

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

it("has no findings in a database without customers", async () => {
  await expectLedgerVerified();
});

it("has no findings after every kind of operation, with and without usage rollups", async () => {
  await aCustomerWithHistory();
  await expectLedgerVerified();

  await rollUpUsage({ worthwhile: 1 });

  await expectLedgerVerified();
});

it("counts the customers and transfers that it checked, regardless of the page size", async () => {
  for (let count = 0; count < 3; count++) await aCustomerWithHistory();
  const whole = await verifyLedger(pool(), LEDGER_CHECKS);
  const seen: number[] = [];

  const paged = await verifyLedger(pool(), LEDGER_CHECKS, {
    pageSize: 1,
    onProgress: ({ checkedCustomers }) => seen.push(checkedCustomers),
  });

  expect(paged).toEqual(whole);
  expect(paged.transfers).toBeGreaterThan(40n);
  expect(new Set(seen).size).toBe(paged.customers + 1);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

describe("while money moves", () => {
  it("does not report a concurrent transfer as an error", async () => {
    const customers = await Promise.all([1, 2].map(() => aToppedUpCustomer(5_000)));
    let isDone = false;
    const spending = customers.map((customerId) => spendUntil(() => isDone, customerId));

    const results = [];
    try {
      const rounds = atDepth({ ci: 5, deep: 100 });
      for (let round = 0; round < rounds; round++)
        results.push(await verifyLedger(pool(), LEDGER_CHECKS, { pageSize: 2 }));
    } finally {
      isDone = true;
    }
    const counts = await Promise.all(spending);

    expect(results.flatMap(({ findings }) => findings)).toEqual([]);
    expect(Math.min(...counts)).toBeGreaterThan(10);
    await expectLedgerVerified();
  });

  it("reads a snapshot as of its start", async () => {
    const customerId = await aToppedUpCustomer(10);
    const addToBalance = (difference: string) =>
      pool().query("UPDATE ledger_account SET balance_nanos = balance_nanos + $2 WHERE customer_id = $1", [
        customerId,
        difference,
      ]);
    let damage: Promise<unknown> | undefined;

    const { findings } = await verifyLedger(pool(), LEDGER_CHECKS, {
      pageSize: 1,
      onProgress: () => {
        damage ??= addToBalance("1");
      },
    });
    await damage;
    const later = await verifyLedger(pool(), LEDGER_CHECKS);
    await addToBalance("-1");

    expect(findings).toEqual([]);
    expect(later.findings.map(({ check }) => check)).toEqual(["house_total", "balance"]);
  });
});

/** Charges, holds and refunds until it is stopped. */
async function spendUntil(isDone: () => boolean, customerId: CustomerId): Promise<number> {
  const amount = nanos(1_000n);
  for (let count = 0; ; count++) {
    if (isDone()) return count;
    const { chargeId } = await charge({ ...keyed("operator"), customerId, amount, allowOverdraft: false });
    await refundCharge({ ...keyed("operator"), customerId, chargeId, amount: nanos(400n) });
    const { hold } = await openHold({ ...keyed(customerId), customerId, amount, expiresAt: null });
    const ref = { customerId, holdId: hold.holdId, principal: customerId };
    if (count % 2) await releaseHold(ref);
    else await captureHold(ref, { amount: null, apiKeyId: null });
  }
}

describe("the findings", () => {
  it("are limited to the requested number, with a note that there are more", async () => {
    const customers = await Promise.all([1, 2, 3].map(() => aToppedUpCustomer(10)));
    await pool().query(
      "UPDATE ledger_account SET balance_nanos = balance_nanos + 7 WHERE customer_id = ANY ($1)",
      [customers],
    );

    const some = await verifyLedger(pool(), LEDGER_CHECKS, { maxFindings: 2 });
    const all = await verifyLedger(pool(), LEDGER_CHECKS, {
      maxFindings: Number.POSITIVE_INFINITY,
      pageSize: 1,
    });

    expect(some).toMatchObject({ hasMore: true, findings: [{}, {}] });
    expect(all.hasMore).toBe(false);
    expect(all.findings.filter(({ check }) => check === "balance")).toEqual(
      [...customers].sort().map((customerId) => ({
        check: "balance",
        customerId,
        seq: null,
        subjectId: null,
        message: `The balance is ${dollars(10) + 7n} nanos, but the transfers add up to ${dollars(10)}.`,
        count: 1,
      })),
    );
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readBalance } from "@/lib/ledger";
import {
  isRetryable,
  onPool,
  pool,
  prisma,
  repeatConflicts,
  type Tx,
  withTransaction,
} from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { atDepth } from "@/tests/support/depth";
import { testDatabase } from "@/tests/support/settings";
import { aFundedCustomer, usd } from "@/tests/support/spending";

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

const hold = (tx: Tx, customerId: CustomerId) =>
  tx.ledgerAccount.update({ where: { customerId }, data: { heldNanos: { increment: usd("1.00") } } });

/** Synchronizes two runs at this point; later runs pass immediately. */
function meetingPoint(): () => Promise<void> {
  let arrived = 0;
  let open = () => {};
  const isOpen = new Promise<void>((resolve) => {
    open = resolve;
  });
  return async () => {
    arrived += 1;
    if (arrived === 2) open();
    await isOpen;
  };
}

it("the victim of a deadlock is retried, and both have their effect once", async () => {
  const [one, other] = await Promise.all([aFundedCustomer("10.00"), aFundedCustomer("10.00")]);
  const meet = meetingPoint();
  let runs = 0;
  const inOrder = (first: CustomerId, second: CustomerId) =>
    withTransaction(async (tx) => {
      runs += 1;
      await hold(tx, first);
      await meet();
      await hold(tx, second);
    });

  await Promise.all([inOrder(one, other), inOrder(other, one)]);

  expect(runs).toBeGreaterThanOrEqual(3); // the retry may conflict with the other one again
  expect((await readBalance(one)).held).toBe(usd("2.00"));
  expect((await readBalance(other)).held).toBe(usd("2.00"));
});

it("any other failure is not retried: the body runs once", async () => {
  let runs = 0;

  const failed = withTransaction(async () => {
    runs += 1;
    throw new Error("no deadlock");
  });

  await expect(failed).rejects.toThrow("no deadlock");
  await expect(failed).rejects.not.toSatisfy(isRetryable);
  expect(runs).toBe(1);
});

describe("under serializable isolation, where the database aborts conflicting transactions", () => {
  const CLIENTS = atDepth({ ci: 8, deep: 32 });

  it("concurrent transactions on one row each have their effect once", async () => {
    const customer = await aFundedCustomer("100.00");
    let runs = 0;
    const raise = () =>
      prisma().$transaction(
        async (tx) => {
          runs += 1;
          await hold(tx, customer);
        },
        { isolationLevel: "Serializable", maxWait: 60_000, timeout: 60_000 },
      );

    await Promise.all(
      Array.from({ length: CLIENTS }, () => repeatConflicts(raise, { deadlineMs: Number.POSITIVE_INFINITY })),
    );

    expect((await readBalance(customer)).held).toBe(usd(`${CLIENTS}.00`));
    expect(runs).toBeGreaterThanOrEqual(CLIENTS);
  });

  it("fails as busy without an effect when conflicts continue until the deadline", async () => {
    const undone = Object.assign(new Error("could not serialize access"), { code: "40001" });
    let runs = 0;

    const failed = repeatConflicts(
      async () => {
        runs += 1;
        throw undone;
      },
      { deadlineMs: 500 },
    );

    await expect(failed).rejects.toMatchObject({
      kind: "service_unavailable",
      details: { reason: "busy" },
      cause: undone,
    });
    expect(runs).toBeGreaterThan(1);
  });

  it("a single statement is retried, too", async () => {
    const customer = await aFundedCustomer("100.00");
    await pool().query(`
      CREATE FUNCTION raise_once(customer text) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_catalog.nextval('conflicts');
        IF pg_catalog.currval('conflicts') < 4 THEN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END IF;
        UPDATE ledger_account SET held_nanos = held_nanos + 1 WHERE customer_id = customer;
      END $$;
      CREATE SEQUENCE conflicts`);

    await onPool().run({ name: "raise_once", text: "SELECT raise_once($1)" }, [customer]);

    expect((await readBalance(customer)).held).toBe(1n);
  });
});

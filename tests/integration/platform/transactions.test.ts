import { afterAll, beforeAll, expect, it } from "vitest";
import { readBalance } from "@/lib/ledger";
import { isRetryable, type Tx, withTransaction } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { testDatabase } from "@/tests/support/settings";
import { aFundedCustomer, usd } from "@/tests/support/spending";

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

const hold = (tx: Tx, customerId: CustomerId) =>
  tx.ledgerAccount.update({ where: { customerId }, data: { heldNanos: { increment: usd("1.00") } } });

/** Lets two runs go on together, once each has come so far; later runs pass at once. */
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

it("the victim of a deadlock is run again, and both have their effect once", async () => {
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

  expect(runs).toBe(3);
  expect((await readBalance(one)).held).toBe(usd("2.00"));
  expect((await readBalance(other)).held).toBe(usd("2.00"));
});

it("any other failure is not: the body runs once", async () => {
  let runs = 0;

  const failed = withTransaction(async () => {
    runs += 1;
    throw new Error("no deadlock");
  });

  await expect(failed).rejects.toThrow("no deadlock");
  await expect(failed).rejects.not.toSatisfy(isRetryable);
  expect(runs).toBe(1);
});

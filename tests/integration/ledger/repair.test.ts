import { afterAll, beforeAll, expect, it } from "vitest";
import { repairCustomerAccount } from "@/lib/customers";
import { ContradictoryTransfersError, charge, readBalance, UnknownCustomerError } from "@/lib/ledger";
import { nanos } from "@/lib/money";
import { pool, prisma } from "@/lib/platform/db";
import { type CustomerId, newId } from "@/lib/platform/ids";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { aCustomerWithHistory, dollars, keyed } from "@/tests/support/ledger-history";
import { testDatabase } from "@/tests/support/settings";
import { whileLocked } from "@/tests/support/while-locked";

const NOW = new Date("2026-02-01T03:15:00Z");
const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

const repair = (customerId: CustomerId, isDryRun = false) =>
  repairCustomerAccount({ customerId, reason: "changed by hand", isDryRun }, NOW);

const damage = (customerId: CustomerId, set: string) =>
  pool().query(`UPDATE ledger_account SET ${set} WHERE customer_id = $1`, [customerId]);

const actionsOf = (customerId: CustomerId) => prisma().operatorAction.count({ where: { customerId } });

it.each([
  "balance_nanos = balance_nanos - 1",
  "balance_nanos = -9000000000000000000",
  "held_nanos = 0",
  "last_seq = 3",
])("repairs %s", async (set) => {
  const customerId = await aCustomerWithHistory();
  const right = await readBalance(customerId);
  await damage(customerId, set);

  await repair(customerId);

  expect(await readBalance(customerId)).toEqual(right);
  await charge({ ...keyed("operator"), customerId, amount: dollars(1), allowOverdraft: false });
  await expectLedgerVerified();
});

it("a dry run reports the same and changes nothing", async () => {
  const customerId = await aCustomerWithHistory();
  await damage(customerId, "balance_nanos = 5");

  const planned = await repair(customerId, true);

  expect((await readBalance(customerId)).balance).toBe(nanos(5n));
  expect(await actionsOf(customerId)).toBe(0);
  expect(await repair(customerId)).toEqual(planned);
  expect(planned.before.balance).toBe(nanos(5n));
});

it("records nothing when there is nothing to repair", async () => {
  const customerId = await aCustomerWithHistory();

  const { before, after } = await repair(customerId);

  expect(after).toEqual(before);
  expect(await actionsOf(customerId)).toBe(0);
});

it("waits for transfers that are being posted, and includes them", async () => {
  const customerId = await aCustomerWithHistory();
  await damage(customerId, "balance_nanos = balance_nanos + 1");
  let repairing: Promise<unknown> | undefined;

  await whileLocked(customerId, async () => {
    repairing = Promise.all([
      repair(customerId),
      charge({ ...keyed("operator"), customerId, amount: dollars(1), allowOverdraft: false }),
    ]);
  });
  await repairing;

  await expectLedgerVerified();
});

it("is refused when the transfers contradict each other", async () => {
  const customerId = await aCustomerWithHistory();
  await pool().query("ALTER TABLE ledger_transfer DISABLE TRIGGER ledger_transfer_append_only");
  const addToBalanceAfter = (difference: number) =>
    pool().query(
      "UPDATE ledger_transfer SET balance_after_nanos = balance_after_nanos + $2 WHERE customer_id = $1 AND seq = 4",
      [customerId, difference],
    );
  await addToBalanceAfter(1);
  await damage(customerId, "balance_nanos = 5");

  await expect(repair(customerId)).rejects.toThrow(ContradictoryTransfersError);
  await expect(repair(customerId, true)).rejects.toThrow("The balance after transfer 4 is");

  expect((await readBalance(customerId)).balance).toBe(nanos(5n));
  await addToBalanceAfter(-1);
  await pool().query("ALTER TABLE ledger_transfer ENABLE TRIGGER ledger_transfer_append_only");
  await repair(customerId);
});

it("throws for a customer that does not exist", async () => {
  await expect(repair(newId("customer"))).rejects.toThrow(UnknownCustomerError);
});

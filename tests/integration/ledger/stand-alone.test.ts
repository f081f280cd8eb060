import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  charge,
  chargeBatch,
  expireHolds,
  openHold,
  type PostedCharge,
  post,
  readBalance,
  refundCharge,
} from "@/lib/ledger";
import { inTransaction, onPool, pool, prisma, withTransaction } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { testDatabase } from "@/tests/support/settings";
import { aCharge, aFundedCustomer, aHold, aRefund, usd } from "@/tests/support/spending";

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

const MINUTE_MS = 60_000;

/** Simulates a manual change of the account: its next transfer gets the number of the last one. */
const damageNumbers = (customerId: CustomerId) =>
  pool().query("UPDATE ledger_account SET last_seq = last_seq - 1 WHERE customer_id = $1", [customerId]);

const alertsOf = (customerId: CustomerId, kind: string) =>
  prisma().alert.findMany({ where: { customerId, kind } });

describe("the expiry of holds", () => {
  const overdueHold = async (customerId: CustomerId, minutes: number) => {
    const expiresAt = new Date(Date.now() - minutes * MINUTE_MS);
    return (await openHold(aHold(customerId, "1.00", { expiresAt }))).hold;
  };

  /** Creates a customer whose account says that nothing is held, so that no hold can be released. */
  async function aDamagedCustomer(): Promise<{ damaged: CustomerId; holdId: string }> {
    const damaged = await aFundedCustomer("10.00");
    const { holdId } = await overdueHold(damaged, 60);
    await pool().query("UPDATE ledger_account SET held_nanos = 0 WHERE customer_id = $1", [damaged]);
    return { damaged, holdId };
  }

  const repair = (customerId: CustomerId) =>
    pool().query("UPDATE ledger_account SET held_nanos = 1000000000 WHERE customer_id = $1", [customerId]);

  it("continues after a hold that cannot be released, and reports it once", async () => {
    const { damaged, holdId } = await aDamagedCustomer();
    const other = await aFundedCustomer("10.00");
    await overdueHold(other, 1);

    expect(await expireHolds(new Date())).toEqual({ expired: 1, failed: 1 });

    expect((await readBalance(other)).held).toBe(0n);
    const later = new Date(Date.now() + 3 * 60 * MINUTE_MS);
    expect(await expireHolds(later)).toEqual({ expired: 0, failed: 1 });
    const alerts = await alertsOf(damaged, "hold_not_expired");
    expect(alerts).toMatchObject([{ subjectId: holdId, resolvedAt: null }]);
    await repair(damaged);
    await expireHolds(new Date(later.getTime() + 2 * 60 * MINUTE_MS));
  });

  it("schedules the next attempt before it releases a hold, and releases it once that is possible", async () => {
    const { damaged } = await aDamagedCustomer();
    const now = new Date();
    expect(await expireHolds(now)).toMatchObject({ failed: 1 });

    expect(await expireHolds(new Date(now.getTime() + MINUTE_MS))).toEqual({ expired: 0, failed: 0 });
    await repair(damaged);
    expect(await expireHolds(new Date(now.getTime() + 61 * MINUTE_MS))).toEqual({ expired: 1, failed: 0 });

    expect((await readBalance(damaged)).held).toBe(0n);
  });

  it("continues after a hold whose next attempt cannot be scheduled", async () => {
    const [stuck, other] = [await aFundedCustomer("10.00"), await aFundedCustomer("10.00")];
    const { holdId } = await overdueHold(stuck, 60);
    await overdueHold(other, 1);
    await pool().query(`
      CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stuck'; END $$;
      CREATE TRIGGER refuse_it BEFORE UPDATE ON ledger_hold FOR EACH ROW WHEN (OLD.hold_id = '${holdId}')
      EXECUTE FUNCTION refuse_it()`);

    const swept = await expireHolds(new Date()).finally(() =>
      pool().query("DROP FUNCTION refuse_it CASCADE"),
    );

    expect(swept).toEqual({ expired: 1, failed: 1 });
    expect((await readBalance(other)).held).toBe(0n);
  });
});

describe("a batch of charges", () => {
  const CALLER = { owner: "operator", apiKeyId: null };

  it("charges everybody except the customer whose account is damaged, and reports that once", async () => {
    const customers = [
      await aFundedCustomer("10.00"),
      await aFundedCustomer("10.00"),
      await aFundedCustomer("10.00"),
    ];
    const damaged = customers[1] as CustomerId;
    await damageNumbers(damaged);
    const items = [...customers, ...customers].map((customerId) => aCharge(customerId, "1.00"));

    const results = await chargeBatch(items, CALLER);

    expect(results.map(({ ok }) => ok)).toEqual([true, false, true, true, false, true]);
    for (const customerId of customers) {
      const expected = customerId === damaged ? usd("10.00") : usd("8.00");
      expect((await readBalance(customerId)).balance).toBe(expected);
    }
    expect(await alertsOf(damaged, "charge_failed")).toHaveLength(1);
  });

  it("charges the other items of an account when one of them cannot be written", async () => {
    const customerId = await aFundedCustomer("10.00");
    await pool().query(`
      CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
      CREATE TRIGGER a_refuse_it BEFORE INSERT ON ledger_transfer FOR EACH ROW WHEN (NEW.description = 'cursed')
      EXECUTE FUNCTION refuse_it()`);
    const items = ["fine", "cursed", "fine too"].map((description) =>
      aCharge(customerId, "1.00", { description }),
    );

    const results = await chargeBatch(items, CALLER).finally(() =>
      pool().query("DROP FUNCTION refuse_it CASCADE"),
    );

    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect((await readBalance(customerId)).balance).toBe(usd("8.00"));
  });
});

describe("a violation of a unique key other than the idempotency key", () => {
  const OTHER = { code: "23505", constraint: "ledger_transfer_pkey" };

  it("fails a charge as an internal error, not as a key conflict", async () => {
    const customerId = await aFundedCustomer("10.00");
    await damageNumbers(customerId);

    await expect(charge(aCharge(customerId, "1.00"))).rejects.toMatchObject(OTHER);
  });

  it("fails concurrent charges of the account as an internal error, and charges the other customers", async () => {
    const [damaged, other] = [await aFundedCustomer("10.00"), await aFundedCustomer("10.00")];
    await damageNumbers(damaged);

    const [broken, fine] = await Promise.allSettled([
      charge(aCharge(damaged, "1.00")),
      charge(aCharge(other, "1.00")),
    ]);

    expect(broken).toMatchObject({ status: "rejected", reason: OTHER });
    expect(fine.status).toBe("fulfilled");
  });

  it("fails a refund as an internal error", async () => {
    const customerId = await aFundedCustomer("10.00");
    const { chargeId }: PostedCharge = await charge(aCharge(customerId, "1.00"));
    await damageNumbers(customerId);

    await expect(refundCharge(aRefund(customerId, chargeId, null))).rejects.toMatchObject(OTHER);
  });

  it("fails a hold as an internal error", async () => {
    const customerId = await aFundedCustomer("10.00");
    await openHold(aHold(customerId, "1.00"));
    await pool().query("CREATE UNIQUE INDEX one_hold_each ON ledger_hold (customer_id)");

    const second = openHold(aHold(customerId, "1.00"));

    await expect(second).rejects.toMatchObject({ code: "23505", constraint: "one_hold_each" });
    await pool().query("DROP INDEX one_hold_each");
  });

  it("is not mistaken for a transfer that was posted before, on the pool and in a transaction", async () => {
    const customerId = await aFundedCustomer("10.00");
    await damageNumbers(customerId);
    const grant = (id: string) => ({
      customerId,
      kind: "grant" as const,
      amount: usd("1.00"),
      source: { type: "grant" as const, id },
      occurredAt: new Date(),
    });

    await expect(post(onPool(), grant("one"))).rejects.toMatchObject(OTHER);
    await expect(withTransaction((tx) => post(inTransaction(tx), grant("two")))).rejects.not.toHaveProperty(
      "kind",
      "conflict",
    );
  });

  it("while a repeated transfer is recognized, on the pool and in a transaction", async () => {
    const customerId = await aFundedCustomer("10.00");
    const grant = {
      customerId,
      kind: "grant" as const,
      amount: usd("1.00"),
      source: { type: "grant" as const, id: "the same" },
      occurredAt: new Date(),
    };
    await post(onPool(), grant);

    await expect(post(onPool(), grant)).rejects.toMatchObject({ kind: "conflict" });
    await expect(withTransaction((tx) => post(inTransaction(tx), grant))).rejects.toMatchObject({
      kind: "conflict",
    });
  });
});

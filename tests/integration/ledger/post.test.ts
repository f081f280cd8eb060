import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCustomer } from "@/lib/customers";
import { AlreadyPostedError, type Posting, post, readBalance } from "@/lib/ledger";
import { nanos } from "@/lib/money";
import { inTransaction, onPool, pool, withTransaction } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { testDatabase } from "@/tests/support/settings";

const database = testDatabase();
let customerId: CustomerId;

beforeAll(async () => {
  await database.ready;
});
afterAll(() => database.drop());

async function aCustomer(): Promise<CustomerId> {
  return (await createCustomer({ name: "Acme", email: "acme@example.com" })).customerId;
}

function credit(to: CustomerId, intent: string, dollars = 25n): Posting {
  return {
    customerId: to,
    kind: "credit",
    amount: nanos(dollars * 1_000_000_000n),
    source: { type: "topup", id: intent },
    occurredAt: new Date("2026-01-01T00:00:00Z"),
  };
}

async function rowsOf(customer: CustomerId) {
  const { rows } = await pool().query(
    "SELECT seq::int, kind, direction, amount_nanos, balance_after_nanos FROM ledger_transfer WHERE customer_id = $1 ORDER BY seq",
    [customer],
  );
  return rows;
}

describe.each([
  ["on the pool", (posting: Posting) => post(onPool(), posting)],
  [
    "in a Prisma transaction",
    (posting: Posting) => withTransaction((tx) => post(inTransaction(tx), posting)),
  ],
])("post %s", (_where, run) => {
  it("writes the transfer and the balance that it changes", async () => {
    customerId = await aCustomer();

    const posted = await run(credit(customerId, "topup_a"));

    expect(posted).toMatchObject({ seq: 1n, balanceAfter: 25_000_000_000n });
    expect(await readBalance(customerId)).toMatchObject({
      balance: 25_000_000_000n,
      available: 25_000_000_000n,
    });
    expect(await rowsOf(customerId)).toEqual([
      {
        seq: 1,
        kind: "credit",
        direction: "credit",
        amount_nanos: "25000000000",
        balance_after_nanos: "25000000000",
      },
    ]);
  });

  it("posts one fact once, and a refused second one leaves the balance alone", async () => {
    customerId = await aCustomer();
    await run(credit(customerId, "topup_a"));

    await expect(run(credit(customerId, "topup_a"))).rejects.toThrow(AlreadyPostedError);

    expect((await readBalance(customerId)).balance).toBe(25_000_000_000n);
    expect(await rowsOf(customerId)).toHaveLength(1);
  });

  it("keeps the sequence gapless and the running balance right under sixty-four parallel postings", async () => {
    customerId = await aCustomer();

    const results = await Promise.allSettled(
      Array.from({ length: 64 }, (_, index) => run(credit(customerId, `topup_${index % 32}`, 5n))),
    );

    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(32);
    const rows = await rowsOf(customerId);
    expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
    rows.forEach((row, index) => {
      expect(BigInt(row.balance_after_nanos)).toBe(BigInt(index + 1) * 5_000_000_000n);
    });
    expect((await readBalance(customerId)).balance).toBe(160_000_000_000n);
  });

  it("goes below zero for a reversal", async () => {
    customerId = await aCustomer();

    await run({
      ...credit(customerId, "re_1"),
      kind: "stripe_refund",
      source: { type: "stripe_refund", id: "re_1" },
    });

    expect((await readBalance(customerId)).balance).toBe(-25_000_000_000n);
  });

  it("throws for a customer without an account", async () => {
    await expect(run(credit("cust_none", "topup_a"))).rejects.toThrow("no ledger account");
  });
});

it("undoes a posting with the transaction around it", async () => {
  customerId = await aCustomer();

  await expect(
    withTransaction(async (tx) => {
      await post(inTransaction(tx), credit(customerId, "topup_a"));
      throw new Error("crash");
    }),
  ).rejects.toThrow("crash");

  expect(await rowsOf(customerId)).toEqual([]);
  expect((await readBalance(customerId)).balance).toBe(0n);
});

const CHARGE = { kind: "charge", direction: "debit", house: "revenue", source: "hold" };
const GRANT = { kind: "grant", house: "promotions" };

describe("the database refuses, whoever asks", () => {
  beforeAll(async () => {
    customerId = await aCustomer();
    await post(onPool(), credit(customerId, "topup_a"));
  });

  it.each([
    [
      "an update of a transfer",
      "UPDATE ledger_transfer SET amount_nanos = 1 WHERE customer_id = $1",
      "append-only",
    ],
    ["a delete of a transfer", "DELETE FROM ledger_transfer WHERE customer_id = $1", "append-only"],
    [
      "an empty hold",
      "UPDATE ledger_account SET held_nanos = -1 WHERE customer_id = $1",
      "held_not_negative",
    ],
    [
      "a balance out of range",
      "UPDATE ledger_account SET balance_nanos = 9000000000000000001 WHERE customer_id = $1",
      "balance_in_range",
    ],
    [
      "an unknown status",
      "UPDATE ledger_account SET status = 'asleep' WHERE customer_id = $1",
      "ledger_account_status",
    ],
    ["a second account", "INSERT INTO ledger_account (customer_id) VALUES ($1)", "ledger_account_pkey"],
  ])("%s", async (_what, sql, reason) => {
    await expect(pool().query(sql, [customerId])).rejects.toThrow(reason);
  });

  it("truncating the transfers", async () => {
    await expect(pool().query("TRUNCATE ledger_transfer")).rejects.toThrow("append-only");
  });

  it.each([
    ["a kind with the wrong direction", { kind: "credit", direction: "debit" }, "ledger_transfer_kind"],
    ["a kind with the wrong house account", { house: "revenue" }, "ledger_transfer_kind"],
    ["an amount of zero", { amount: "0" }, "amount_positive"],
    ["a credit of less than five dollars", { amount: "4990000000" }, "credit_is_a_topup"],
    ["a credit of more than five thousand", { amount: "5000010000000" }, "credit_is_a_topup"],
    ["a credit of broken cents", { amount: "5000000001" }, "credit_is_a_topup"],
    ["a credit that is no top-up's", { source: "grant" }, "credit_is_a_topup"],
    ["a second row with the same number", { seq: "1" }, "ledger_transfer_pkey"],
    ["a row without a number", { seq: "0" }, "seq_positive"],
    ["a kind that nobody knows", { kind: "gift" }, "ledger_transfer_kind"],
    ["a charge that gives", { ...CHARGE, direction: "credit" }, "ledger_transfer_kind"],
    ["a charge above a million dollars", { ...CHARGE, amount: "1000000000000001" }, "amount_at_most"],
    ["a charge whose source is another fact", { ...CHARGE, source: "charge" }, "charge_is_its_source"],
    ["a grant that claims to be a charge's", { source: "charge", ...GRANT }, "charge_is_its_source"],
  ])("%s", async (_what, difference, reason) => {
    const row = {
      seq: "2",
      kind: "credit",
      direction: "credit",
      house: "stripe_clearing",
      amount: "5000000000",
      source: "topup",
      ...difference,
    };

    await expect(
      pool().query(
        `INSERT INTO ledger_transfer (customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos,
           house_account, source_type, source_id, occurred_at)
         VALUES ($1, $2, 'trf_x', $3, $4, $5, 0, $6, $7, 'topup_b', now())`,
        [customerId, row.seq, row.kind, row.direction, row.amount, row.house, row.source],
      ),
    ).rejects.toThrow(reason);
  });
});

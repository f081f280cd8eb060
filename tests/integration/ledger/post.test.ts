import type pg from "pg";
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

  it("posts a source once; a rejected duplicate does not change the balance", async () => {
    customerId = await aCustomer();
    await run(credit(customerId, "topup_a"));

    await expect(run(credit(customerId, "topup_a"))).rejects.toThrow(AlreadyPostedError);

    expect((await readBalance(customerId)).balance).toBe(25_000_000_000n);
    expect(await rowsOf(customerId)).toHaveLength(1);
  });

  it("keeps sequence numbers gapless and running balances correct under sixty-four concurrent postings", async () => {
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

  it("allows a negative balance for a reversal", async () => {
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

it("is rolled back with its transaction", async () => {
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
const KEYED = { owner: "operator", key: "a key", hash: "a hash" };

/** Inserts a valid credit of five dollars with some columns changed. */
function insert(db: Pick<pg.ClientBase, "query">, difference: object) {
  const row = {
    seq: "2",
    kind: "credit",
    direction: "credit",
    house: "stripe_clearing",
    amount: "5000000000",
    held: "0",
    source: "topup",
    sourceId: "topup_b",
    revision: 0,
    owner: null,
    key: null,
    hash: null,
    ...difference,
  };
  return db.query(
    `INSERT INTO ledger_transfer (customer_id, transfer_id, balance_after_nanos, occurred_at,
       seq, kind, direction, house_account, amount_nanos, held_after_nanos, source_type, source_id, source_revision,
       idempotency_owner, idempotency_key, request_hash)
     VALUES ($1, 'trf_x', 0, now(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      customerId,
      row.seq,
      row.kind,
      row.direction,
      row.house,
      row.amount,
      row.held,
      row.source,
      row.sourceId,
      row.revision,
      row.owner,
      row.key,
      row.hash,
    ],
  );
}

/** Inserts it like replication, with ordinary triggers disabled, and rolls it back. */
async function replicate(difference: object): Promise<void> {
  const client = await pool().connect();
  try {
    await client.query("BEGIN; SET LOCAL session_replication_role = replica");
    await insert(client, difference);
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
}

describe("the database rejects, from any writer", () => {
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
    ["a second account", "INSERT INTO ledger_account (customer_id) VALUES ($1)", "ledger_account_pkey"],
  ])("%s", async (_what, sql, reason) => {
    await expect(pool().query(sql, [customerId])).rejects.toThrow(reason);
  });

  it.each([
    ["a balance out of range", "balance_nanos", "9000000000000000001", "ledger_account_balance_in_range"],
    ["a balance below the range", "balance_nanos", "-9000000000000000001", "ledger_account_balance_in_range"],
    ["a negative held amount", "held_nanos", "-1", "ledger_account_held_not_negative"],
    ["a negative sequence number", "last_seq", "-1", "ledger_account_seq_not_negative"],
    ["an unknown status", "status", "asleep", "ledger_account_status"],
  ])("%s of an account, new or existing", async (_what, column, value, constraint) => {
    const changed = pool().query(`UPDATE ledger_account SET ${column} = $2 WHERE customer_id = $1`, [
      customerId,
      value,
    ]);
    await expect(changed).rejects.toMatchObject({ code: "23514", constraint });

    const opened = pool().query(`INSERT INTO ledger_account (customer_id, ${column}) VALUES ($1, $2)`, [
      "cust_new",
      value,
    ]);
    await expect(opened).rejects.toMatchObject({ code: "23514", constraint });
  });

  it("truncating the transfers", async () => {
    await expect(pool().query("TRUNCATE ledger_transfer")).rejects.toThrow("append-only");
  });

  it.each([
    ["a kind with the wrong direction", { kind: "credit", direction: "debit" }, "ledger_transfer_kind"],
    ["a kind with the wrong house account", { house: "revenue" }, "ledger_transfer_kind"],
    ["an amount of zero", { amount: "0" }, "ledger_transfer_amount_positive"],
    ["a credit of less than five dollars", { amount: "4990000000" }, "ledger_transfer_credit_is_a_topup"],
    ["a credit of more than five thousand", { amount: "5000010000000" }, "ledger_transfer_credit_is_a_topup"],
    ["a credit with fractions of a cent", { amount: "5000000001" }, "ledger_transfer_credit_is_a_topup"],
    ["a credit without a top-up", { source: "grant" }, "ledger_transfer_credit_is_a_topup"],
    ["a row with sequence number zero", { seq: "0" }, "ledger_transfer_seq_positive"],
    ["an unknown kind", { kind: "gift" }, "ledger_transfer_kind"],
    ["a charge with direction credit", { ...CHARGE, direction: "credit" }, "ledger_transfer_kind"],
    [
      "a charge above a million dollars",
      { ...CHARGE, amount: "1000000000000001" },
      "ledger_transfer_amount_at_most",
    ],
    ["a charge with another source", { ...CHARGE, source: "charge" }, "ledger_transfer_charge_is_its_source"],
    [
      "a grant with a charge as its source",
      { source: "charge", ...GRANT },
      "ledger_transfer_charge_is_its_source",
    ],
    [
      "an adjustment above a million dollars",
      { kind: "adjustment", house: "adjustments", amount: "1000000000000001" },
      "ledger_transfer_amount_at_most",
    ],
    ["a credit with a second revision", { revision: 1 }, "ledger_transfer_credit_is_a_topup"],
    [
      "a charge with a revised source",
      { ...CHARGE, source: "charge", sourceId: "trf_x", revision: 1 },
      "ledger_transfer_charge_is_its_source",
    ],
    ["a negative revision", { ...GRANT, revision: -1 }, "ledger_transfer_revision_not_negative"],
    ["a negative held amount", { held: "-1" }, "ledger_transfer_held_not_negative"],
    ["a key without owner", { ...KEYED, owner: null }, "ledger_transfer_key_has_owner"],
    ["an owner without key", { ...KEYED, key: null }, "ledger_transfer_key_has_owner"],
    ["a key without hash", { ...KEYED, hash: null }, "ledger_transfer_key_has_hash"],
  ])("%s", async (_what, difference, constraint) => {
    const refusal = { code: "23514", table: "ledger_transfer", constraint };

    await expect(insert(pool(), difference)).rejects.toMatchObject(refusal);
    await expect(replicate(difference)).rejects.toMatchObject(refusal);
  });

  it("a second row with the same number", async () => {
    await expect(insert(pool(), { seq: "1" })).rejects.toMatchObject({ constraint: "ledger_transfer_pkey" });
  });

  it("an idempotency key that a hold uses, or that belongs to a customer's top-up", async () => {
    await pool().query(
      `INSERT INTO ledger_hold (customer_id, hold_id, opened_by, amount_nanos, idempotency_owner, idempotency_key, request_hash)
       VALUES ($1, 'hold_a', $1, 1, $1, 'of a hold', '')`,
      [customerId],
    );
    await pool().query(
      `INSERT INTO topup_intent (customer_id, topup_intent_id, mode, amount_cents, livemode, idempotency_owner, idempotency_key,
         request_hash, session_params, session_expires_at)
       VALUES ($1, 'topup_c', 'payment', 500, false, $1, 'of a top-up', '', '{}', now())`,
      [customerId],
    );

    await expect(insert(pool(), { ...KEYED, owner: customerId, key: "of a hold" })).rejects.toMatchObject({
      code: "23505",
      message: "the key of a hold names a hold",
    });
    await expect(insert(pool(), { ...KEYED, owner: customerId, key: "of a top-up" })).rejects.toMatchObject({
      code: "BRK01",
      message: "the key of a top-up names a top-up",
    });
  });
});

it("accepts a replicated row by its own constraints only: the hold with its key may be replicated later", async () => {
  customerId = await aCustomer();
  await pool().query(
    `INSERT INTO ledger_hold (customer_id, hold_id, opened_by, amount_nanos, idempotency_owner, idempotency_key, request_hash)
     VALUES ($1, 'hold_a', $1, 1, $1, 'a key', '')`,
    [customerId],
  );

  await expect(insert(pool(), { ...KEYED, owner: customerId })).rejects.toThrow("names a hold");
  await replicate({ ...KEYED, owner: customerId });
});

it("finds a key's hold through the index, even on a connection that has not seen holds before", async () => {
  customerId = await aCustomer();
  await pool().query("VACUUM ANALYZE ledger_hold");
  const client = await pool().connect();

  await client.query("BEGIN");
  await insert(client, KEYED);
  const { rows } = await client.query(
    "SELECT pg_stat_get_xact_numscans('ledger_hold'::regclass)::int AS whole, pg_stat_get_xact_numscans('ledger_hold_idempotency'::regclass)::int AS by_key",
  );
  await client.query("ROLLBACK");
  client.release();

  expect(rows).toEqual([{ whole: 0, by_key: 1 }]);
});

import type pg from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { verifyLedger } from "@/lib/ledger";
import { readMigrations } from "@/lib/platform/migrations/migration-files";
import { createPool } from "@/lib/platform/postgres";
import { createTestDatabase, type TestDatabase } from "@/tests/support/database";
import { applySettings } from "@/tests/support/settings";

const CHEAPER_CHECKS = "20261128080000_cheaper_checks";

let database: TestDatabase;
let pool: pg.Pool;

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  applySettings({ DATABASE_URL: database.url });
  pool = createPool(database.url, { applicationName: "upgrade", max: 5 });
  await pool.query(
    "CREATE TABLE _prisma_migrations (migration_name text, finished_at timestamptz DEFAULT now(), rolled_back_at timestamptz)",
  );
  await migrate((name) => name < CHEAPER_CHECKS);
  await pool.query(`
    INSERT INTO customer (customer_id, name, email) VALUES ('cust_a', 'Acme', 'a@example.com'), ('cust_b', 'Bolt', 'b@example.com');
    INSERT INTO ledger_account (customer_id, balance_nanos, held_nanos, last_seq, status) VALUES ('cust_a', 70, 5, 2, 'frozen');
    INSERT INTO ledger_account (customer_id) VALUES ('cust_b');
    INSERT INTO ledger_hold (customer_id, hold_id, opened_by, amount_nanos, idempotency_owner, idempotency_key, request_hash)
    VALUES ('cust_a', 'hold_a', 'operator', 5, 'operator', 'of a hold', 'hash');
    INSERT INTO ledger_transfer (customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos,
      held_after_nanos, house_account, source_type, source_id, idempotency_owner, idempotency_key, request_hash, occurred_at)
    VALUES
      ('cust_a', 1, 'trf_a', 'grant', 'credit', 100, 100, 0, 'promotions', 'grant', 'g', NULL, NULL, NULL, now()),
      ('cust_a', 2, 'chg_a', 'charge', 'debit', 30, 70, 5, 'revenue', 'charge', 'chg_a', 'operator', 'of a charge', 'hash', now())`);
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

async function migrate(isWanted: (name: string) => boolean): Promise<void> {
  for (const { name, sql } of await readMigrations()) {
    if (!isWanted(name)) continue;
    await pool.query(sql);
    await pool.query("INSERT INTO _prisma_migrations VALUES ($1)", [name]);
  }
}

/** Every row of the ledger, and what its driver makes of the types. */
async function ledger() {
  const tables = ["ledger_account", "ledger_hold", "ledger_transfer"];
  const results = await Promise.all(
    tables.map((table) => pool.query(`SELECT * FROM ${table} ORDER BY 1, 2`)),
  );
  return results.map(({ rows, fields }) => ({ rows, types: fields.map((field) => field.dataTypeID) }));
}

it("keeps accounts, holds and transfers as they are when their rules move, and guards them as before", async () => {
  const before = await ledger();

  await migrate((name) => name === CHEAPER_CHECKS);

  expect(await ledger()).toEqual(before);
  await migrate((name) => name > CHEAPER_CHECKS);
  expect((await verifyLedger(pool)).findings).toEqual([]);
  const charge = `
    INSERT INTO ledger_transfer (customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos,
      house_account, source_type, source_id, idempotency_owner, idempotency_key, request_hash, occurred_at)
    VALUES ('cust_a', 3, 'chg_b', 'charge', 'debit', 1, 69, 'revenue', 'charge', 'chg_b', 'operator', $1, '', now())`;
  await expect(pool.query(charge, ["of a hold"])).rejects.toThrow("names a hold");
  await expect(pool.query(charge, ["of a charge"])).rejects.toThrow("ledger_transfer_idempotency");
});

it.each([
  ["balance_nanos", "ledger_account_balance_in_range", "9000000000000000001"],
  ["held_nanos", "ledger_account_held_not_negative", "-1"],
  ["last_seq", "ledger_account_seq_not_negative", "-1"],
  ["status", "ledger_account_status", "'asleep'"],
])(
  "refuses to move the rule of %s while an account breaks it, and changes nothing",
  async (column, constraint, value) => {
    await pool.query(`ALTER TABLE ledger_account DROP CONSTRAINT ${constraint}`);
    await pool.query(`UPDATE ledger_account SET ${column} = ${value} WHERE customer_id = 'cust_b'`);
    await pool.query(`ALTER TABLE ledger_account ADD CONSTRAINT ${constraint} CHECK (true)`);
    const before = await ledger();

    await expect(migrate((name) => name === CHEAPER_CHECKS)).rejects.toMatchObject({
      code: "23514",
      constraint,
    });

    expect(await ledger()).toEqual(before);
  },
);

import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { charge, openHold, readHold } from "@/lib/ledger";
import { closeDatabase, pool, prisma, withTransaction } from "@/lib/platform/db";
import { applyMigrations, pendingMigrations } from "@/lib/platform/migrations";
import { connectClient, createPool, SESSION_SETTINGS } from "@/lib/platform/postgres";
import { createTestDatabase, type TestDatabase } from "@/tests/support/database";
import { applySettings } from "@/tests/support/settings";
import { aCharge, aFundedCustomer, aHold } from "@/tests/support/spending";

let database: TestDatabase;

/** Opens a connection like another program, with the server's settings. */
async function withStranger<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

// The test databases have hostile defaults; this one does not even include our schema in its search path.
beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
  await withStranger(async (client) => {
    const { rows } = await client.query("SELECT quote_ident(current_database()) AS name");
    await client.query(`ALTER DATABASE ${rows[0].name} SET search_path = elsewhere`);
    await client.query(`ALTER DATABASE ${rows[0].name} SET default_transaction_isolation = 'serializable'`);
    await client.query(`ALTER DATABASE ${rows[0].name} SET statement_timeout = '100ms'`);
  });
  await applyMigrations({ databaseUrl: database.url });
  applySettings({ DATABASE_URL: database.url });
});
afterAll(async () => {
  await closeDatabase();
  await database.drop();
});

const SHOW = `SELECT ${Object.keys(SESSION_SETTINGS)
  .map((name) => `current_setting('${name}') AS "${name}"`)
  .join(", ")}, current_setting('transaction_isolation') AS isolation`;

const EXPECTED = {
  ...SESSION_SETTINGS,
  statement_timeout: "8s",
  idle_in_transaction_session_timeout: "5s",
  isolation: "read committed",
};

it("the server's own settings differ", async () => {
  const { rows } = await withStranger((client) => client.query(SHOW));

  expect(rows[0]).toMatchObject({
    TimeZone: "Pacific/Chatham",
    search_path: "elsewhere",
    isolation: "serializable",
  });
});

it.each<[string, () => Promise<unknown>]>([
  ["a query on the pool", async () => (await pool().query(SHOW)).rows[0]],
  ["a query of Prisma", async () => (await prisma().$queryRawUnsafe<unknown[]>(SHOW))[0]],
  ["a transaction", () => withTransaction(async (tx) => (await tx.$queryRawUnsafe<unknown[]>(SHOW))[0])],
  [
    "a connection of a command",
    async () => {
      const client = await connectClient(database.url, { applicationName: "test" });
      return (await client.query(SHOW).finally(() => client.end())).rows[0];
    },
  ],
  [
    "every connection of a pool, from its first query on",
    async () => {
      const connections = createPool(database.url, { applicationName: "test", max: 3 });
      const shown = await Promise.all([1, 2, 3].map(() => connections.query(SHOW)));
      await connections.end();
      expect(shown[1]?.rows).toEqual(shown[0]?.rows);
      return shown[2]?.rows[0];
    },
  ],
])("%s sees the settings that Brim needs", async (_name, show) => {
  expect(await show()).toEqual(EXPECTED);
});

it("nothing was created outside of our schemas, and no migration is pending", async () => {
  const { rows } = await withStranger((client) =>
    client.query(`SELECT relnamespace::regnamespace::text || '.' || relname AS name FROM pg_class
      WHERE relnamespace::regnamespace::text NOT IN
        ('public', 'graphile_worker', 'pg_catalog', 'information_schema', 'pg_toast')`),
  );

  expect(rows).toEqual([]);
  expect(await pendingMigrations({ databaseUrl: database.url })).toEqual([]);
});

it("a timestamp is the same on both sides, through Prisma and through our own statements", async () => {
  const customer = await aFundedCustomer("10.00");
  const before = Date.now();
  const { createdAt, chargeId } = await charge(aCharge(customer, "1.00"));
  const expiresAt = new Date(Date.now() + 60_000);
  const { holdId } = (await openHold(aHold(customer, "1.00", { expiresAt }))).hold;

  const stored = await withStranger(async (client) => {
    const { rows } = await client.query(
      `SELECT extract(epoch FROM t.created_at) * 1000 AS charged, extract(epoch FROM h.expires_at) * 1000 AS expires
       FROM public.ledger_transfer t, public.ledger_hold h WHERE t.transfer_id = $1 AND h.hold_id = $2`,
      [chargeId, holdId],
    );
    return { charged: Number(rows[0].charged), expires: Number(rows[0].expires) };
  });

  expect(stored).toEqual({ charged: createdAt.getTime(), expires: expiresAt.getTime() });
  expect(Math.abs(stored.charged - before)).toBeLessThan(60_000);
  expect((await readHold(customer, holdId)).expiresAt).toEqual(expiresAt);
  const row = await prisma().ledgerTransfer.findFirstOrThrow({ where: { transferId: chargeId } });
  expect(row.createdAt).toEqual(createdAt);
});

describe("a function has the same effect for any caller, with another search path and isolation level", () => {
  it("each sets the search path, or qualifies its names because it runs with every charge", async () => {
    const { rows } = await withStranger((client) =>
      client.query(`SELECT proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT 1 FROM unnest(proconfig) AS setting WHERE setting LIKE 'search_path=%')
        ORDER BY proname`),
    );

    expect(rows.map((row) => row.proname)).toEqual([
      "ledger_charge_group",
      "ledger_key_names_hold",
      "ledger_transfer_is_lawful",
    ]);
  });

  it("a group of charges that all wait for their accounts", async () => {
    const customers = await Promise.all([1, 2].map(() => aFundedCustomer("10.00")));
    const items = customers.map((customer, index) => ({
      customer,
      amount: "1000000000",
      id: `chg_stranger${index}`,
      owner: customer,
      key: "stranger",
      hash: "stranger",
      description: null,
      metadata: {},
      api_key: null,
      overdraft: false,
    }));

    const [first] = await withStranger(async (client) => {
      const { rows } = await client.query("CALL public.ledger_charge_group($1::jsonb)", [
        JSON.stringify(items),
      ]);
      return rows;
    });

    expect(first.items.map((answer: unknown[]) => answer.slice(0, 2))).toEqual([
      ["9000000000", "0"],
      ["9000000000", "0"],
    ]);
  });
});

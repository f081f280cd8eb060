import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { captureHold, charge, chargeBatch, openHold, readBalance } from "@/lib/ledger";
import { closeDatabase, findDatabaseProblems, pool, withTransaction } from "@/lib/platform/db";
import { startJobs } from "@/lib/platform/jobs";
import { applyMigrations } from "@/lib/platform/migrations";
import { createTestDatabase, type TestDatabase } from "@/tests/support/database";
import { missingPgBouncer, type PgBouncer, startPgBouncer } from "@/tests/support/pgbouncer";
import { applySettings } from "@/tests/support/settings";
import { aCharge, aFundedCustomer, aHold, usd } from "@/tests/support/spending";

const missing = missingPgBouncer();
if (missing) console.warn(`The tests behind a transaction pooler did not run: ${missing}`);

it.runIf(process.env.CI === "true")("CI has a pooler", () => {
  expect(missing).toBeUndefined();
});

describe.skipIf(missing)("behind PgBouncer in transaction mode", () => {
  let database: TestDatabase;
  let pgbouncer: PgBouncer;

  const connectThrough = async (url: string) => {
    await closeDatabase();
    applySettings({ DATABASE_URL: url });
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    pgbouncer = await startPgBouncer(database.url);
  });
  afterAll(async () => {
    await closeDatabase();
    await pgbouncer?.stop();
    await database?.drop();
  });

  it("migrations require a direct connection to the server", async () => {
    await expect(applyMigrations({ databaseUrl: pgbouncer.url })).rejects.toThrow(
      /transaction pooler: migrate with the address of the server itself/,
    );
  });

  it("a start fails with the statements to run, and once they are run works on many connections concurrently", async () => {
    await connectThrough(pgbouncer.url);

    const problems = await findDatabaseProblems();

    expect(problems[0]).toMatch(/add pgbouncer=true/);
    const lines = problems.filter((line) => line.includes("ALTER ROLE"));
    const who = `"postgres" IN DATABASE "${new URL(database.url).pathname.slice(1)}"`;
    expect(lines).toEqual(
      expect.arrayContaining([
        `  ALTER ROLE ${who} SET search_path = public;`,
        `  ALTER ROLE ${who} SET default_transaction_isolation = 'read committed';`,
      ]),
    );

    await connectThrough(`${pgbouncer.url}?pgbouncer=true`);
    expect(await findDatabaseProblems()).toContain(lines[0]);
    await runOnServer(lines.join("\n"));
    await closeDatabase();
    await pgbouncer.stop(); // like RECONNECT: existing server sessions do not have the new settings
    pgbouncer = await startPgBouncer(database.url);
    await connectThrough(`${pgbouncer.url}?pgbouncer=true`);
    expect(await findDatabaseProblems()).toEqual([]);

    await spendAtOnce();
  });

  async function runOnServer(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  }

  /** Every way of posting, on more connections than the pooler has sessions. */
  async function spendAtOnce(): Promise<void> {
    const customers = await Promise.all([1, 2, 3].map(() => aFundedCustomer("100.00")));
    const startedAt = Date.now();
    await Promise.all(
      customers.flatMap((customer) => [
        ...Array.from({ length: 10 }, () => charge(aCharge(customer, "1.00"))),
        openHold(aHold(customer, "2.00")).then(({ hold }) =>
          captureHold(
            { customerId: customer, holdId: hold.holdId, principal: "operator" },
            { amount: null, apiKeyId: null },
          ),
        ),
        chargeBatch([aCharge(customer, "1.00"), aCharge(customer, "1.00")], {
          owner: "operator",
          apiKeyId: null,
        }),
        withTransaction((tx) => tx.$queryRaw`SELECT 1`),
      ]),
    );
    for (const customer of customers) expect((await readBalance(customer)).balance).toBe(usd("86.00"));
    const { createdAt } = await charge(aCharge(customers[0] as (typeof customers)[number], "1.00"));
    expect(Math.abs(createdAt.getTime() - startedAt)).toBeLessThan(60_000);
  }

  it("jobs run, found by polling", async () => {
    let runs = 0;
    const worker = await startJobs([
      { task: "behind-a-pooler", cron: "0 0 1 1 *", run: async () => void runs++ },
    ]);

    await pool().query("SELECT graphile_worker.add_job('behind-a-pooler')");

    await expect.poll(() => runs, { timeout: 20_000 }).toBe(1);
    await worker.stop();
  });
});

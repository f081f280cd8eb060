import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "local-postgres";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CHARGE, type ChargeRequest, charge, chargeBatch, type PostedCharge } from "@/lib/ledger";
import { closeDatabase, pool } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { applyMigrations } from "@/lib/platform/migrations";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { applySettings } from "@/tests/support/settings";
import { aCharge, aFundedCustomer, fundedCustomers, usd } from "@/tests/support/spending";

/** A Postgres server with durable commits, as in production. The shared test server has none, and must not crash. */
const dataDir = join(tmpdir(), `brim-durability-${randomUUID()}`);
let server: EmbeddedPostgres;

beforeAll(async () => {
  server = await startEmbeddedPostgres({ dataDir, durable: true });
  await server.ensureDatabase("durable");
  const databaseUrl = server.url("durable");
  await applyMigrations({ databaseUrl });
  applySettings({ DATABASE_URL: databaseUrl });
  // Commits without a flush are written late, so that a crash loses all of them and not only the latest.
  await pool().query("ALTER SYSTEM SET wal_writer_delay = '10s'");
  await pool().query("SELECT pg_reload_conf()");
});

afterAll(async () => {
  await closeDatabase();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

/** Ends Postgres like a power failure and restarts it from what is on disk. */
async function crash(): Promise<void> {
  const client = new pg.Client(server.url("durable"));
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid");
  process.kill(Number(rows[0].pid), "SIGQUIT");
  await server.died;
  await client.end().catch(() => undefined);
  await server.stop();
  await closeDatabase();
  server = await startEmbeddedPostgres({ dataDir, durable: true, port: server.port });
}

it("every confirmed charge survives a crash, including charges that shared a commit", async () => {
  const customers = await fundedCustomers(40, "100.00");
  const answered: string[] = [];
  let isRunning = true;
  const spend = async (customer: CustomerId) => {
    while (isRunning) answered.push((await charge(aCharge(customer, "0.01"))).chargeId);
  };

  const spending = Promise.allSettled(customers.map(spend));
  await expect.poll(() => answered.length).toBeGreaterThan(400);
  await crash();
  isRunning = false;
  await spending;

  const { rows } = await pool().query("SELECT transfer_id FROM ledger_transfer WHERE transfer_id = ANY($1)", [
    answered,
  ]);
  expect(answered.length - rows.length).toBe(0);
  await expectLedgerVerified();
});

it.each([
  ["a charge", (request: ChargeRequest) => charge(request)],
  ["an item of a batch", (request: ChargeRequest) => chargeAsBatch(request)],
])(
  "a charge that is visible but not yet on disk is flushed before it is replayed as %s",
  async (_name, ask) => {
    const customer = await aFundedCustomer("100.00");
    const request = aCharge(customer, "1.00");
    await writeWithoutWaiting(request);

    const replay = await ask(request);
    await crash();

    expect(replay).toMatchObject({ isReplay: true, balanceAfter: usd("99.00") });
    const { rows } = await pool().query("SELECT 1 FROM ledger_transfer WHERE transfer_id = $1", [
      replay.chargeId,
    ]);
    expect(rows).toHaveLength(1);
    await expectLedgerVerified();
  },
);

it("without the replay the charge is lost, which shows that the tests above can fail", async () => {
  const customer = await aFundedCustomer("100.00");
  await writeWithoutWaiting(aCharge(customer, "1.00"));

  await crash();

  const { rows } = await pool().query(
    "SELECT count(*)::int AS n FROM ledger_transfer WHERE customer_id = $1",
    [customer],
  );
  expect(rows[0].n).toBe(1); // the top-up
});

/** Commits a charge like a group commit, just before the group commit waits for the disk. */
async function writeWithoutWaiting(request: ChargeRequest): Promise<void> {
  const { customerId, amount, owner, key, requestHash } = request;
  const client = new pg.Client(server.url("durable"));
  await client.connect();
  await client.query("SET synchronous_commit = off");
  await client.query(CHARGE.text, [
    customerId,
    amount.toString(),
    `chg_${randomUUID()}`,
    owner,
    key,
    requestHash,
    null,
    "{}",
    null,
    "false",
  ]);
  await client.end();
}

async function chargeAsBatch(request: ChargeRequest): Promise<PostedCharge> {
  const [result] = await chargeBatch([request], { owner: request.owner, apiKeyId: null });
  if (!result?.ok) throw result?.error;
  return result.charge;
}

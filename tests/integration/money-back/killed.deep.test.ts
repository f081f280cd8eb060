import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "local-postgres";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { closeDatabase, prisma } from "@/lib/platform/db";
import { applyMigrations } from "@/lib/platform/migrations";
import { eventually, type RunningBrim, startBrim } from "@/tests/support/brim";
import { type BundledCommand, bundleCommand } from "@/tests/support/bundled-command";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { balanceOf, type Model, type TopUpModel } from "@/tests/support/money-history/model";
import { SCENARIOS } from "@/tests/support/money-history/scenarios";
import { type Real, World } from "@/tests/support/money-history/world";

/** About nine events each. */
const CUSTOMERS = 120;

/** The app and Postgres are killed in turn, this many times in total. */
const KILLS = 16;

/** Durable: without `synchronous_commit`, a killed Postgres loses what it has confirmed. */
const dataDir = join(tmpdir(), `brim-killed-${process.pid}`);
let postgres: EmbeddedPostgres;
let brim: RunningBrim;
let bundle: BundledCommand;
let app: ChildProcess | undefined;
let isOver = false;
let stripeDatabase: pg.Pool;

beforeAll(async () => {
  postgres = await startEmbeddedPostgres({ dataDir });
  await postgres.ensureDatabase("brim");
  await applyMigrations({ databaseUrl: postgres.url("brim") });
  brim = await startBrim({
    settings: { DATABASE_URL: postgres.url("brim") },
    retryScheduleMs: Array(5_000).fill(300), // each restart of the app or of Postgres takes several of them
  });
  await brim.control("/deliveries/mode", { mode: "hold" });
  stripeDatabase = new pg.Pool({ connectionString: brim.sandboxDatabaseUrl, max: 1 });
  bundle = await bundleCommand("tests/support/app-process.ts");
});
afterAll(async () => {
  isOver = true;
  app?.kill("SIGKILL");
  await stripeDatabase.end();
  await brim.stop();
  bundle.remove();
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Starts the app, and restarts it whenever it exits, for example because the database is down. */
function superviseApp(): void {
  app = spawn(process.execPath, [bundle.file], {
    env: { ...process.env, PORT: new URL(brim.url).port },
    stdio: "ignore",
  });
  app.once("exit", () => {
    if (!isOver) setTimeout(superviseApp, 100);
  });
}

async function killApp(): Promise<void> {
  // It may have ended by itself, and not be started again yet.
  if (!app || app.exitCode !== null || app.signalCode !== null) return;
  const ended = once(app, "exit");
  app.kill("SIGKILL");
  await ended;
}

async function killPostgres(): Promise<void> {
  const pid = Number.parseInt(readFileSync(join(dataDir, "cluster", "postmaster.pid"), "utf8"), 10);
  process.kill(pid, "SIGKILL");
  await postgres.died;
  await postgres.stop();
  postgres = await startEmbeddedPostgres({ dataDir });
}

async function countPending(): Promise<number> {
  const { rows } = await stripeDatabase.query(
    "SELECT count(*)::int AS n FROM delivery WHERE state = 'pending'",
  );
  return rows[0].n;
}

/** Plays scenarios at Stripe without delivering their events. */
async function playAll(): Promise<Real[]> {
  const world = new World(brim, { readNew: async () => [], stop: async () => {} });
  const scenarios = Object.entries(SCENARIOS).filter(([name]) => !/card|deleted/.test(name));
  const played: Real[] = [];
  for (let n = 0; n < CUSTOMERS; n++) {
    const real = await world.newReal();
    const made: string[] = [];
    for (const step of scenarios[n % scenarios.length]?.[1] ?? []) await step(real, made);
    played.push(real);
  }
  return played;
}

/** Returns what a customer has paid and got back, according to Stripe. */
async function modelOf({ topUps }: Real): Promise<Model> {
  const model: Model = { topUps: [], spentNanos: 0n, isRisky: false };
  for (const { sessionId, paymentIntentId } of topUps) {
    const { payment_status, amount_total } = await brim.stripe.checkout.sessions.retrieve(sessionId);
    const known: TopUpModel = {
      creditCents: 2_000,
      chargeCents: amount_total ?? 0,
      status: payment_status === "paid" ? "succeeded" : "open",
      taken: new Map(),
      isWarned: false,
    };
    model.topUps.push(known);
    if (!paymentIntentId) continue;
    const payment = { payment_intent: paymentIntentId };
    for (const { id, amount, status } of (await brim.stripe.refunds.list(payment)).data) {
      known.taken.set(id, status === "failed" ? 0 : amount);
    }
    for (const { id, balance_transactions } of (await brim.stripe.disputes.list(payment)).data) {
      const sum = balance_transactions.reduce((total, { amount }) => total - amount, 0);
      known.taken.set(id, Math.max(0, sum));
    }
  }
  return model;
}

it("kill -9 of the app and of Postgres during a thousand events loses no event and applies none twice", async () => {
  const played = await playAll();
  const { rows: events } = await stripeDatabase.query<{ id: string }>("SELECT id FROM event");
  expect(events.length).toBeGreaterThan(1_000);
  await closeDatabase();
  await brim.stopListening();
  superviseApp();

  await brim.control("/deliveries/mode", { mode: "deliver" });
  let kills = 0;
  while (kills < KILLS && (await countPending()) > 0) {
    await sleep(200 + Math.random() * 800);
    await (kills % 2 === 0 ? killApp() : killPostgres());
    kills += 1;
  }
  expect(kills).toBeGreaterThan(KILLS / 2);
  await eventually(countPending, (pending) => pending === 0);
  const failed = await stripeDatabase.query("SELECT 1 FROM delivery WHERE state <> 'succeeded'");
  expect(failed.rows).toEqual([]);

  const unfinished = await prisma().stripeEvent.count({ where: { status: { in: ["received", "failed"] } } });
  expect(unfinished).toBe(0);
  const stored = { stripeEventId: { in: events.map(({ id }) => id) } };
  expect(await prisma().stripeEvent.count({ where: stored })).toBe(events.length);
  for (const real of played) {
    const { customerId } = real.actor;
    const account = await prisma().ledgerAccount.findUniqueOrThrow({ where: { customerId } });
    expect(account.balanceNanos).toBe(balanceOf(await modelOf(real)));
  }
  await expectLedgerVerified();
});

import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { pool, prisma } from "@/lib/platform/db";
import { startElectedJob } from "@/lib/platform/jobs";
import { pollEvents, READ_EVENTS_JOB, sweepEvents } from "@/lib/reconciliation";
import { retryFailedEvents } from "@/lib/stripe-events";
import { aCustomer, eventually, type RunningBrim, startBrim } from "@/tests/support/brim";
import { countLookUps } from "@/tests/support/count-look-ups";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import {
  aPaidTopUp,
  balanceOf,
  disputeAtStripe,
  refundAtStripe,
  reversalTransfers,
} from "@/tests/support/paid-top-up";
import { anEvent, deliver } from "@/tests/support/signed-event";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
afterEach(async () => {
  await brim.control("/faults", undefined, "DELETE");
  await pool().query("DROP FUNCTION IF EXISTS refuse_it CASCADE");
  await prisma().stripeEventCursor.deleteMany();
  await prisma().alert.deleteMany();
  await expectLedgerVerified();
});
afterAll(() => brim.stop());

const storedEvents = () => prisma().stripeEvent.count();

/** Moves the reader's cursors beyond the events of this test. */
async function passAllEvents(): Promise<void> {
  const reachedAt = new Date(Date.now() + 600_000);
  for (const list of ["top_ups", "money_back"]) {
    await prisma().stripeEventCursor.create({ data: { list, reader: "poll", reachedAt } });
  }
}

it("payments, refunds and disputes are applied even if no webhook delivers their events", async () => {
  const [paid, refunded, disputed] = [
    await aPaidTopUp(brim, { amount: "10.00", credit: false }),
    await aPaidTopUp(brim, { amount: "20.00", credit: false }),
    await aPaidTopUp(brim, { amount: "30.00", credit: false }),
  ];
  await refundAtStripe(brim, refunded, 500);
  await disputeAtStripe(brim, disputed);

  const first = await pollEvents();
  const stored = await storedEvents();
  const second = await pollEvents();

  expect(first.handled).toBeGreaterThan(0);
  expect(first).toMatchObject({ failed: 0, unreadable: 0 });
  expect(second).toEqual({ handled: 0, failed: 0, unreadable: 0 });
  expect(await storedEvents()).toBe(stored);
  expect([await balanceOf(paid), await balanceOf(refunded), await balanceOf(disputed)]).toEqual([
    "10.00",
    "15.00",
    "0.00",
  ]);
  expect(await reversalTransfers(disputed)).toEqual(["dispute 30"]);
});

it("the sessions of many payments are read together, with a few calls", async () => {
  await pollEvents();
  const customers = await Promise.all(Array.from({ length: 12 }, () => aCustomer(brim)));
  for (const customer of customers) await aPaidTopUp(brim, { amount: "10.00", credit: false, customer });
  const lookUps = await countLookUps();

  await pollEvents();

  expect((await lookUps()).length).toBeLessThanOrEqual(8);
  for (const customer of customers) {
    expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("10.00");
  }
});

it("a crash between storing the events and moving the cursor loses no event and applies none twice", async () => {
  const paid = await aPaidTopUp(brim, { amount: "10.00", credit: false });
  await pool().query(`
    CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'crash'; END $$;
    CREATE TRIGGER refuse_it BEFORE INSERT OR UPDATE ON stripe_event_cursor
    FOR EACH ROW WHEN (NEW.failures = 0) EXECUTE FUNCTION refuse_it()`);
  await pollEvents();
  expect(await balanceOf(paid)).toBe("10.00");
  const stored = await storedEvents();
  expect(await prisma().stripeEventCursor.count({ where: { reachedAt: { not: null } } })).toBe(0);

  await pool().query("DROP FUNCTION refuse_it CASCADE");
  await prisma().stripeEventCursor.deleteMany();
  const again = await pollEvents();

  expect(again).toEqual({ handled: 0, failed: 0, unreadable: 0 });
  expect(await storedEvents()).toBe(stored);
  expect(await balanceOf(paid)).toBe("10.00");
  expect(await prisma().stripeEventCursor.count({ where: { reachedAt: { not: null } } })).toBeGreaterThan(0);
});

it("an event that becomes visible late is found within the overlap", async () => {
  const early = await aPaidTopUp(brim, { amount: "10.00", credit: false });
  await pollEvents();
  // As if Stripe had listed it late, when the cursor had passed it.
  const late = await aPaidTopUp(brim, { amount: "20.00", credit: false });
  const reachedAt = new Date(Date.now() + 30_000);
  await prisma().stripeEventCursor.updateMany({ data: { reachedAt } });

  await pollEvents();

  expect([await balanceOf(early), await balanceOf(late)]).toEqual(["10.00", "20.00"]);
  const cursors = await prisma().stripeEventCursor.findMany();
  expect(cursors.map((cursor) => cursor.reachedAt)).toEqual(cursors.map(() => reachedAt)); // never back
});

it("the hourly sweep finds events that the reader has passed", async () => {
  const paid = await aPaidTopUp(brim, { amount: "10.00", credit: false });
  await passAllEvents();
  await pollEvents();
  expect(await balanceOf(paid)).toBe("0.00");

  await sweepEvents();

  expect(await balanceOf(paid)).toBe("10.00");
});

it("a missing permission raises one alert, and the list is requested less and less often", async () => {
  await brim.control("/faults", { match: { path: "/v1/events" }, status: 403, times: 1_000 });
  const start = Date.now();
  const waits: number[] = [];
  let at = start;
  for (let n = 0; n < 6; n++) {
    await pollEvents(new Date(at));
    const cursor = await prisma().stripeEventCursor.findFirstOrThrow({ where: { list: "top_ups" } });
    const retryAt = cursor.retryAt?.getTime() ?? 0;
    waits.push((retryAt - at) / 60_000);
    at = retryAt;
  }
  const lookUps = await countLookUps();
  await pollEvents(new Date(at - 1_000));

  expect(waits).toEqual([1, 5, 15, 60, 60, 60]);
  expect(await lookUps()).toEqual([]);
  const alerts = await prisma().alert.findMany({ where: { kind: "stripe_setup" } });
  expect(alerts).toHaveLength(1);
  expect(alerts[0]?.message).toMatch(/permission/);
  await brim.control("/faults", undefined, "DELETE");
  expect((await pollEvents(new Date(at))).unreadable).toBe(0);
});

it("an outage of Stripe moves no cursor", async () => {
  const paid = await aPaidTopUp(brim, { amount: "10.00", credit: false });
  for (const amount of ["11.00", "12.00"]) await aPaidTopUp(brim, { amount, credit: false });
  for (const path of ["checkout", "invoice", "payment_intents", "charges", "customers"])
    await brim.control("/faults", { match: { path: `/v1/${path}*` }, reset: true, times: 1_000 });

  const during = await pollEvents();
  const reached = await prisma().stripeEventCursor.findMany({ where: { list: "top_ups" } });
  await brim.control("/faults", undefined, "DELETE");
  const later = new Date(Date.now() + 120_000);
  const after = await pollEvents(later);
  await retryFailedEvents(later); // those that were tried during the outage are stored as failed

  expect(during.unreadable).toBe(1);
  expect(reached.map(({ reachedAt }) => reachedAt)).not.toContainEqual(expect.any(Date));
  expect(after.unreadable).toBe(0);
  expect(await balanceOf(paid)).toBe("10.00");
});

it("a payment whose webhook failed is credited by the reader's next run after five seconds", async () => {
  const paid = await aPaidTopUp(brim, { amount: "10.00", credit: false });
  await passAllEvents();
  const { customerId } = paid.customer;
  const event = anEvent("checkout.session.completed", {
    id: paid.sessionId,
    object: "checkout.session",
    metadata: { customer_id: customerId, topup_intent_id: paid.topUpIntentId },
  });
  await brim.control("/faults", { match: { path: "/v1/checkout/sessions/*" }, status: 429, times: 1 });

  expect((await deliver(brim, event)).status).toBe(503);
  const { nextTryAt } = await prisma().stripeEvent.findUniqueOrThrow({ where: { stripeEventId: event.id } });
  const dueAt = nextTryAt?.getTime() ?? 0;
  expect(dueAt).toBeLessThanOrEqual(Date.now() + 5_000);
  await READ_EVENTS_JOB.run(new Date(dueAt - 1), new AbortController().signal);
  expect(await balanceOf(paid)).toBe("0.00");
  await READ_EVENTS_JOB.run(new Date(dueAt), new AbortController().signal);

  expect(await balanceOf(paid)).toBe("10.00");
});

it("one of two workers reads, and the other takes over when it stops", async () => {
  const runs: string[] = [];
  const worker = (name: string) =>
    startElectedJob({
      task: "test-reader",
      everyMs: 20,
      timeoutMs: 5_000,
      run: async () => {
        runs.push(name);
      },
    });
  const first = worker("first");
  await eventually(
    async () => runs.length,
    (count) => count >= 3,
  );
  const second = worker("second");
  await eventually(
    async () => runs.length,
    (count) => count >= 10,
  );
  expect(new Set(runs)).toEqual(new Set(["first"]));

  await first.stop();
  const before = runs.length;
  await eventually(
    async () => runs.length,
    (count) => count >= before + 3,
  );
  await second.stop();

  expect(new Set(runs.slice(before))).toEqual(new Set(["second"]));
  expect(await prisma().workerLease.count({ where: { task: "test-reader" } })).toBe(0);
});

it("the lease of a crashed worker expires", async () => {
  const runs: string[] = [];
  const expiresAt = new Date(Date.now() + 200);
  await prisma().workerLease.create({ data: { task: "crashed-reader", workerId: "gone", expiresAt } });
  const worker = startElectedJob({
    task: "crashed-reader",
    everyMs: 20,
    timeoutMs: 5_000,
    run: async () => {
      runs.push(new Date().toISOString());
    },
  });

  await eventually(
    async () => runs.length,
    (count) => count > 0,
  );
  await worker.stop();

  expect(new Date(runs[0] ?? 0).getTime()).toBeGreaterThanOrEqual(expiresAt.getTime() - 50);
});

import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pool, prisma } from "@/lib/platform/db";
import { retryFailedEvents } from "@/lib/stripe-events";
import { sweepTopUps } from "@/lib/top-ups";
import { type ApiCustomer, aCustomer, eventually, type RunningBrim, startBrim } from "@/tests/support/brim";
import { atDepth } from "@/tests/support/depth";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
});
afterAll(() => brim.stop());

/** One action on a top-up, its events or its customer. `n` selects one of the existing top-ups or events. */
const step = fc.oneof(
  fc.record({ do: fc.constant("start" as const), cents: fc.integer({ min: 500, max: 500_000 }) }),
  fc.record({ do: fc.constant("pay" as const), n: fc.nat(), country: fc.constantFrom("US", "DE", "FR") }),
  fc.record({ do: fc.constant("decline" as const), n: fc.nat() }),
  fc.record({ do: fc.constant("expire" as const), n: fc.nat() }),
  fc.record({ do: fc.constant("deliver" as const), n: fc.nat(), times: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant("ask" as const), n: fc.nat() }),
  fc.record({ do: fc.constant("break_stripe" as const), times: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant("sweep" as const), minutes: fc.integer({ min: 0, max: 200 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface World {
  /** Unix time by Stripe's clock. */
  begunAt: number;
  customer: ApiCustomer;
  sessions: { id: string; topUpId: string }[];
}

/**
 * No webhook is delivered automatically: the steps deliver old and new events in any order and number, which covers
 * late, repeated and lost events. At the end each event is delivered again and the sweep runs once.
 */
async function play(steps: readonly Step[]): Promise<World> {
  const begunAt = Math.floor(Date.now() / 1_000) - 1;
  const world: World = { begunAt, customer: await aCustomer(brim), sessions: [] };
  for (const one of steps) await perform(world, one);
  await brim.control("/faults", undefined, "DELETE");
  return world;
}

async function perform(world: World, one: Step): Promise<void> {
  const { customer, sessions } = world;
  const chosen = "n" in one ? sessions[one.n % Math.max(1, sessions.length)] : undefined;
  switch (one.do) {
    case "start": {
      const amount_usd = `${Math.floor(one.cents / 100)}.${String(one.cents % 100).padStart(2, "0")}`;
      const { status, body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd });
      expect([200, 503]).toContain(status);
      if (status === 200) sessions.push({ id: body.session_id, topUpId: body.topup_intent_id });
      return;
    }
    case "pay":
      if (chosen)
        await brim.control(`/checkout/${chosen.id}/pay`, { address: { country: one.country, state: "OR" } });
      return;
    case "decline":
      if (chosen) await brim.control(`/checkout/${chosen.id}/pay`, { card: "4000000000000002" });
      return;
    case "expire":
      if (chosen) await brim.control(`/checkout/${chosen.id}/expire`);
      return;
    case "deliver":
      return deliverSome(world, one);
    case "ask":
      if (chosen) await customer.get(`/api/v1/billing/topups/${chosen.topUpId}`);
      return;
    case "break_stripe":
      await brim.control("/faults", { match: { path: "/v1/*" }, reset: true, times: one.times });
      return;
    case "sweep":
      await sweepTopUps(new Date(Date.now() + one.minutes * 60_000));
      return;
    default:
      one satisfies never;
  }
}

async function deliverSome(world: World, { n, times }: { n: number; times: number }): Promise<void> {
  const ours = await eventsOf(world);
  const event = ours[n % Math.max(1, ours.length)];
  if (!event) return;
  await brim.control("/deliveries/mode", { mode: "deliver" });
  await brim.control(`/events/${event}/duplicate`, { times, parallel: true });
  await untilDelivered(event);
  await brim.control("/deliveries/mode", { mode: "drop" });
}

/** Every event of these sessions' top-ups from `events.list`, newest first. */
async function eventsOf({ sessions, begunAt }: World): Promise<string[]> {
  const topUpIds = new Set(sessions.map((session) => session.topUpId));
  const found: string[] = [];
  await brim.control("/faults", undefined, "DELETE");
  for await (const event of brim.stripe.events.list({ limit: 100, created: { gte: begunAt } })) {
    const { metadata } = event.data.object as { metadata?: Record<string, string> };
    if (metadata?.topup_intent_id && topUpIds.has(metadata.topup_intent_id)) found.push(event.id);
    if (found.length >= 60) break;
  }
  return found;
}

/** The total that Stripe received for the customer's top-ups, before tax. */
async function paidAtStripe(sessions: World["sessions"]): Promise<bigint> {
  const all = await Promise.all(
    sessions.map((session) => brim.stripe.checkout.sessions.retrieve(session.id)),
  );
  return all
    .filter((session) => session.payment_status === "paid")
    .reduce((sum, session) => sum + BigInt(session.amount_subtotal ?? 0) * 10_000_000n, 0n);
}

async function expectConsistent({ customer, sessions }: World): Promise<void> {
  const { customerId } = customer;
  const intents = await prisma().topUpIntent.findMany({ where: { customerId } });
  const { rows } = await pool().query(
    `SELECT seq::int, amount_nanos::text AS amount, balance_after_nanos::text AS after
     FROM ledger_transfer WHERE customer_id = $1 ORDER BY seq`,
    [customerId],
  );
  const account = await prisma().ledgerAccount.findUniqueOrThrow({ where: { customerId } });

  let running = 0n;
  rows.forEach((row, index) => {
    running += BigInt(row.amount);
    expect(row.seq).toBe(index + 1);
    expect(BigInt(row.after)).toBe(running);
  });
  expect(account.balanceNanos).toBe(running);
  expect(running).toBe(await paidAtStripe(sessions));
  for (const intent of intents) expect(intent.status === "succeeded").toBe(intent.creditedAt !== null);
}

it("credits exactly what was paid, for any order, number and delay of the events", async () => {
  await brim.control("/deliveries/mode", { mode: "drop" });

  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), async (steps) => {
      const world = await play(steps);
      await sweepTopUps(new Date(Date.now() + 24 * 3_600_000));
      await retryFailedEvents(new Date(Date.now() + 24 * 3_600_000));
      await expectConsistent(world);

      // Replaying the whole history must not change anything.
      await brim.control("/deliveries/mode", { mode: "deliver" });
      const events = await eventsOf(world);
      for (const event of events)
        await brim.control(`/events/${event}/duplicate`, { times: 2, parallel: true });
      await Promise.all(events.map(untilDelivered));
      await brim.control("/deliveries/mode", { mode: "drop" });
      await expectConsistent(world);
    }),
    { numRuns: atDepth({ ci: 10, deep: 300 }), endOnFailure: true },
  );
});

async function untilDelivered(event: string): Promise<void> {
  await eventually(
    async () =>
      (await brim.control(`/deliveries?event=${event}`, undefined, "GET")).data as { state: string }[],
    (deliveries) => deliveries.every((delivery) => delivery.state !== "pending"),
  );
}

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { HANDLERS, retryFailedEvents } from "@/lib/stripe-events";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { atDepth } from "@/tests/support/depth";
import {
  copyOf,
  type EventFeed,
  type FedEvent,
  handle,
  handleAndCrash,
  installFallibleStripe,
  startEventFeed,
  withOutage,
} from "@/tests/support/event-feed";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { AUTOMATIC_SCENARIOS } from "@/tests/support/money-history/automatic-scenarios";
import { SCENARIOS, type Step } from "@/tests/support/money-history/scenarios";
import { type Real, World } from "@/tests/support/money-history/world";

let brim: RunningBrim;
let feed: EventFeed;
let world: World;

beforeAll(async () => {
  brim = await startBrim();
  feed = await startEventFeed(brim);
  installFallibleStripe();
  world = new World(brim, feed);
  await brim.control("/behavior", { invoice_authentication: "requires_action" });
});
afterAll(async () => {
  await feed.stop();
  await brim.stop();
});

interface Way {
  order: (events: FedEvent[]) => FedEvent[];
  /** Whether events are delivered only after the last step instead of after each one. */
  isLate: boolean;
}

const inOrder = (events: FedEvent[]) => events;
const backwards = (events: FedEvent[]) => [...events].reverse();
/** Delivers each event again, under its own id and under another one. */
const twice = (events: FedEvent[]) => events.flatMap((event) => [event, event, copyOf(event)]);
/** Swaps each event at an even or odd position with the next one. */
const swapped = (parity: 0 | 1) => (events: FedEvent[]) =>
  events.map((event, at) => events[at % 2 === parity ? at + 1 : at - 1] ?? event);

/** The first two deliver each pair of neighboring events in both orders, and each event twice. */
const WAYS: readonly Way[] = [
  { order: inOrder, isLate: false },
  { order: (events) => twice(backwards(events)), isLate: true },
  ...atDepth({
    ci: [],
    deep: [
      { order: backwards, isLate: true },
      { order: twice, isLate: false },
      { order: (events: FedEvent[]) => twice(swapped(0)(events)), isLate: true },
      { order: swapped(1), isLate: true },
      { order: swapped(0), isLate: false },
      { order: swapped(1), isLate: false },
    ],
  }),
];

/** The types of event that the scenarios have sent. */
const sent = new Set<string>();

async function deliverWaiting(real: Real, order: Way["order"]): Promise<void> {
  await world.collect();
  const waiting = real.events.filter((event) => real.waiting.delete(event));
  for (const event of order(waiting)) {
    sent.add(event.type);
    await handle(event);
  }
}

async function play(steps: readonly Step[], { order, isLate }: Way) {
  const real = await world.newReal();
  const made: string[] = [];
  for (const step of steps) {
    await step(real, made);
    if (!isLate) await deliverWaiting(real, order);
  }
  await deliverWaiting(real, order);
  return stateOf(real);
}

async function stateOf({ actor: { customerId } }: Real) {
  const [account, rule, topUps, alerts, cards, reversals] = await Promise.all([
    prisma().ledgerAccount.findUniqueOrThrow({ where: { customerId } }),
    prisma().autoTopUpRule.findUniqueOrThrow({ where: { customerId } }),
    prisma().topUpIntent.findMany({ where: { customerId } }),
    prisma().alert.findMany({ where: { customerId }, orderBy: { kind: "asc" } }),
    prisma().paymentMethod.findMany({ where: { customerId } }),
    prisma().reversal.findMany({ where: { customerId }, orderBy: { createdAt: "asc" } }),
  ]);
  return {
    balance: account.balanceNanos,
    held: account.heldNanos,
    isAutoTopUpOn: rule.enabled,
    topUps: topUps.map(({ status, attempt, creditedNanos, reversedNanos, disputeState, fraudWarningId }) => ({
      status,
      attempt,
      creditedNanos,
      reversedNanos,
      disputeState,
      isWarned: fraudWarningId !== null,
    })),
    alerts: alerts.filter(({ resolvedAt }) => resolvedAt === null).map(({ kind }) => kind),
    cards: cards.filter(({ detachedAt }) => detachedAt === null).map(({ cardExpYear }) => cardExpYear),
    taken: reversals.map(({ status, effectiveCents }) => `${status} ${effectiveCents}`).sort(),
  };
}

const ALL = Object.entries({ ...SCENARIOS, ...AUTOMATIC_SCENARIOS });

/** These run the queued tasks, which belong to every customer of the file. */
const runsTasks = (name: string) => /saved card|deleted/.test(name);

async function endsAlike(steps: readonly Step[]): Promise<void> {
  const [first, ...others] = await Promise.all(WAYS.map((way) => play(steps, way)));
  for (const state of others) expect(state).toEqual(first);
}

describe("the final state does not depend on the order or repetition of events", () => {
  it.each(ALL.filter(([name]) => runsTasks(name)))("%s", (_name, steps) => endsAlike(steps));

  // Side by side, because each customer mostly waits for the database.
  describe.concurrent("without tasks", () => {
    it.each(ALL.filter(([name]) => !runsTasks(name)))("%s", (_name, steps) => endsAlike(steps));
  });

  it("the scenarios send every type of event that Brim handles", async () => {
    expect([...sent].sort()).toEqual(Object.keys(HANDLERS).sort());
    expect(await retryFailedEvents(new Date(Date.now() + 3_600_000))).toEqual({ retried: 0, failed: 0 });
    await expectLedgerVerified();
  });
});

/** Returns a customer with a partly refunded top-up, and the refund's event, which is not delivered yet. */
async function aRefund(): Promise<{ real: Real; event: FedEvent }> {
  const real = await world.newReal();
  for (const step of SCENARIOS["a partial refund"] ?? []) await step(real, []);
  await world.collect();
  const event = real.events.find(({ type }) => type === "refund.created");
  if (!event) throw new Error("There is no event of the refund.");
  for (const other of real.events) if (!other.type.includes("refund")) await handle(other);
  return { real, event };
}

const later = () => new Date(Date.now() + 3_600_000);

describe("an event", () => {
  it("whose object cannot be read is stored, and the next attempt handles it once", async () => {
    const { real, event } = await aRefund();

    await expect(withOutage(1, () => handle(event))).rejects.toThrow();
    expect((await stateOf(real)).balance).toBe(20_000_000_000n);
    await retryFailedEvents(later());

    expect(await handle(event)).toBe("duplicate");
    expect((await stateOf(real)).taken).toEqual(["succeeded 700"]);
  });

  it("whose process dies before the commit was stored first, and the next attempt handles it", async () => {
    const { real, event } = await aRefund();

    await handleAndCrash(event);
    const row = await prisma().stripeEvent.findUniqueOrThrow({ where: { stripeEventId: event.id } });
    expect(row).toMatchObject({ status: "received", finishedAt: null });
    expect((await stateOf(real)).taken).toEqual([]);
    expect(await retryFailedEvents(new Date())).toEqual({ retried: 0, failed: 0 }); // it may be running still
    expect(await retryFailedEvents(later())).toEqual({ retried: 1, failed: 0 });

    expect((await stateOf(real)).taken).toEqual(["succeeded 700"]);
  });
});

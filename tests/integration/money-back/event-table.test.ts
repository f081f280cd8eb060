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
});
afterAll(async () => {
  await feed.stop();
  await brim.stop();
});

interface Way {
  order: (events: FedEvent[]) => FedEvent[];
  /** Whether events come after each step, or only after the last one. */
  isLate: boolean;
}

const inOrder = (events: FedEvent[]) => events;
const backwards = (events: FedEvent[]) => [...events].reverse();
/** Each event comes again, under its own id and under another one. */
const twice = (events: FedEvent[]) => events.flatMap((event) => [event, event, copyOf(event)]);
/** Exchanges each event at an even or odd place with the next one. */
const swapped = (parity: 0 | 1) => (events: FedEvent[]) =>
  events.map((event, at) => events[at % 2 === parity ? at + 1 : at - 1] ?? event);

/** Together they have each event in both orders with each of its neighbors, and each one twice. */
const WAYS: readonly Way[] = [
  { order: inOrder, isLate: false },
  { order: (events) => twice(swapped(0)(events)), isLate: true },
  { order: swapped(1), isLate: true },
  ...atDepth({
    ci: [],
    deep: [
      { order: backwards, isLate: true },
      { order: twice, isLate: false },
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
    topUps: topUps.map(({ status, creditedNanos, reversedNanos, disputeState, fraudWarningId }) => ({
      status,
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

/** Sent only for automatic top-ups, whose tests are in tests/integration/auto-top-up. */
const OF_AUTOMATIC_TOP_UPS = new Set([
  "invoice.deleted",
  "invoice.overpaid",
  "invoice.payment_action_required",
  "invoice.payment_failed",
  "invoice.voided",
  "invoice_payment.paid",
  "payment_intent.requires_action",
]);

describe("whatever the order and number of its events, it ends the same", () => {
  it.each(Object.entries(SCENARIOS))("%s", async (_name, steps) => {
    const [first, ...others] = await Promise.all(WAYS.map((way) => play(steps, way)));

    for (const state of others) expect(state).toEqual(first);
  });

  it("and every type of event that Brim handles was among them", async () => {
    const expected = Object.keys(HANDLERS).filter((type) => !OF_AUTOMATIC_TOP_UPS.has(type));
    expect([...sent].sort()).toEqual(expected.sort());
    expect(await retryFailedEvents(new Date(Date.now() + 3_600_000))).toEqual({ retried: 0, failed: 0 });
    await expectLedgerVerified();
  });
});

/** A top-up that was refunded in part, and the event of the refund. */
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
  it("that Stripe does not confirm is stored and handled by the next try, once", async () => {
    const { real, event } = await aRefund();

    await expect(withOutage(1, () => handle(event))).rejects.toThrow();
    expect((await stateOf(real)).balance).toBe(20_000_000_000n);
    await retryFailedEvents(later());

    expect(await handle(event)).toBe("duplicate");
    expect((await stateOf(real)).taken).toEqual(["succeeded 700"]);
  });

  it("whose process dies before it commits was stored first, and is handled by the next try", async () => {
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

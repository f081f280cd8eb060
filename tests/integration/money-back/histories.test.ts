import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { releaseHold } from "@/lib/ledger";
import { prisma } from "@/lib/platform/db";
import { reconcile } from "@/lib/reconciliation";
import { retryFailedEvents } from "@/lib/stripe-events";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { atDepth } from "@/tests/support/depth";
import {
  copyOf,
  type EventFeed,
  handle,
  installFallibleStripe,
  startEventFeed,
} from "@/tests/support/event-feed";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { COMMANDS, checkout, creditCents, pay } from "@/tests/support/money-history/commands";
import { balanceOf, creditOf, type Model, reversedOf } from "@/tests/support/money-history/model";
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

type Rank = (key: string) => number;

/** A history: its first payment, what happens after that, and the order in which its events come in the end. */
const aHistory = fc.record({
  firstCents: creditCents,
  country: fc.constantFrom("US", "DE"),
  commands: fc.commands(COMMANDS, { maxCommands: atDepth({ ci: 10, deep: 30 }), size: "max" }),
  rank: fc.func(fc.integer()) as fc.Arbitrary<Rank>,
});
type History = typeof aHistory extends fc.Arbitrary<infer T> ? T : never;

/** Histories that run at the same time, each with its own customer. The ledger is verified after each group. */
const GROUP = 20;

async function play({ firstCents, country, commands, rank }: History): Promise<void> {
  const real = await world.newReal();
  const model: Model = { topUps: [], spentNanos: 0n, isRisky: false };
  for (const first of [checkout(firstCents), pay(0, country)]) await first.run(model, real);
  await fc.asyncModelRun(async () => ({ model, real }), commands);
  await world.collect();

  // What was dropped comes late, in any order.
  const { waiting, events } = real;
  for (const event of inOrder([...waiting], rank)) await handle(event);
  const { customerId } = real.actor;
  for (const holdId of real.holds) await releaseHold({ customerId, holdId, principal: "operator" });
  await expectAsModel(model, real);

  // Then a part of them again, as other events about the same changes, two at a time.
  const copies = inOrder(events.filter(({ type }) => rank(type) % 3 === 0).map(copyOf), rank);
  for (let at = 0; at < copies.length; at += 2) {
    await Promise.all(copies.slice(at, at + 2).map(handle));
  }
  await expectAsModel(model, real);
}

function inOrder<T extends { id: string }>(events: readonly T[], rank: Rank): T[] {
  return [...events].sort((a, b) => rank(a.id) - rank(b.id));
}

async function expectAsModel(model: Model, { actor: { customerId }, topUps }: Real): Promise<void> {
  for (const [at, known] of model.topUps.entries()) {
    const topUpIntentId = topUps[at]?.topUpIntentId ?? "";
    const row = await prisma().topUpIntent.findUniqueOrThrow({
      where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
    });
    const { status, creditedNanos, reversedNanos, fraudWarningId } = row;
    expect({ status, creditedNanos, reversedNanos, isWarned: fraudWarningId !== null }).toEqual({
      status: known.status,
      creditedNanos: creditOf(known),
      reversedNanos: reversedOf(known),
      isWarned: known.isWarned,
    });
  }
  const account = await prisma().ledgerAccount.findUniqueOrThrow({ where: { customerId } });
  expect(account).toMatchObject({ balanceNanos: balanceOf(model), heldNanos: 0n });
  const rule = await prisma().autoTopUpRule.findUniqueOrThrow({ where: { customerId } });
  if (model.isRisky) expect(rule.enabled).toBe(false);
}

/** Reconciles everything again and again until the work is done. Events that were dropped then arrive early. */
async function besideReconciliation<T>(work: Promise<T>): Promise<T> {
  const since = new Date();
  let isOver = false;
  const reconciling = (async () => {
    while (!isOver) {
      await reconcile({ since });
      await sleep(500);
    }
  })();
  try {
    return await work;
  } finally {
    isOver = true;
    await reconciling;
  }
}

it("ends with exactly what Stripe says, whatever happens to payments and events", async () => {
  const groups = fc.tuple(fc.array(aHistory, { minLength: GROUP, maxLength: GROUP }), fc.boolean());
  await fc.assert(
    fc.asyncProperty(groups, async ([histories, isReconciled]) => {
      const playing = Promise.allSettled(histories.map(play));
      const ends = await (isReconciled ? besideReconciliation(playing) : playing);
      const failed = ends.find((end) => end.status === "rejected");
      if (failed) throw failed.reason;

      expect(await retryFailedEvents(new Date(Date.now() + 3_600_000))).toMatchObject({ failed: 0 });
      await expectLedgerVerified();
    }),
    { numRuns: atDepth({ ci: 5, deep: 25 }), endOnFailure: true },
  );
});

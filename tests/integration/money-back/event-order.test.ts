import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { retryFailedEvents } from "@/lib/stripe-events";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { atDepth } from "@/tests/support/depth";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import {
  aPaidTopUp,
  autoTopUpOf,
  balanceOf,
  disputeAtStripe,
  enableAutoTopUp,
  openAlerts,
  type PaidTopUp,
  refundAtStripe,
  rowOf,
} from "@/tests/support/paid-top-up";
import { deliver, eventsOfPayments, type SentEvent } from "@/tests/support/signed-event";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
afterAll(() => brim.stop());

/** What happens at Stripe to a paid top-up, step by step. */
type History = readonly ((topUp: PaidTopUp, made: string[]) => Promise<unknown>)[];

const refund = (cents?: number) => async (topUp: PaidTopUp, made: string[]) =>
  made.push(await refundAtStripe(brim, topUp, cents));
const dispute =
  (details: Parameters<typeof disputeAtStripe>[2] = {}) =>
  async (topUp: PaidTopUp, made: string[]) =>
    made.push(await disputeAtStripe(brim, topUp, details));
/** Something that becomes of the refund or dispute that was made last, or as the number says. */
const then =
  (action: string, number = -1) =>
  async (_topUp: PaidTopUp, made: string[]) => {
    const id = made.at(number) ?? "";
    await brim.control(`/${id.startsWith("re_") ? "refunds" : "disputes"}/${id}/${action}`);
  };

const HISTORIES: Record<string, History> = {
  "a partial refund": [refund(700)],
  "a full refund": [refund()],
  "a refund that fails": [refund(700), then("fail")],
  "two refunds of which the first fails": [refund(700), refund(500), then("fail", 0)],
  "a dispute that stays open": [dispute()],
  "a dispute that is won": [dispute(), then("win")],
  "a dispute that is lost": [dispute(), then("lose")],
  "a dispute that is lost and won on appeal": [dispute(), then("lose"), then("allow_appeal"), then("win")],
  "an inquiry that is closed": [dispute({ kind: "inquiry" }), then("close_warning")],
  "an inquiry that escalates and is lost": [dispute({ kind: "inquiry" }), then("escalate"), then("lose")],
  "an inquiry that is prevented by a refund": [dispute({ kind: "inquiry" }), then("prevent")],
  "a refund beside a dispute of everything that is won": [
    refund(700),
    dispute({ amount: 2_380 }),
    then("win"),
  ],
};

type Order = (events: SentEvent[]) => SentEvent[];

const eachTwice: Order = (events) => events.flatMap((event) => [event, event]);
const backwards: Order = (events) => [...events].reverse();
const neighborsSwappedThenAllAgain: Order = (events) => [...swapped(events), ...events];

/** The ways in which the events of a history arrive: after each of its steps, or only after the last one. */
const WAYS: readonly { order: Order; isLate: boolean }[] = [
  { order: eachTwice, isLate: false },
  { order: neighborsSwappedThenAllAgain, isLate: false },
  { order: backwards, isLate: true },
  ...atDepth({
    ci: [],
    deep: [
      { order: backwards, isLate: false },
      { order: eachTwice, isLate: true },
      { order: neighborsSwappedThenAllAgain, isLate: true },
    ],
  }),
];

function swapped(events: SentEvent[]): SentEvent[] {
  return events.map((event, at) => events[at % 2 === 0 ? at + 1 : at - 1] ?? event);
}

async function stateOf(topUp: PaidTopUp) {
  const { reversedNanos, disputeState, creditedNanos } = await rowOf(topUp);
  return {
    balance: await balanceOf(topUp),
    autoTopUp: await autoTopUpOf(topUp),
    alerts: await openAlerts(topUp),
    reversedNanos,
    creditedNanos,
    disputeState,
  };
}

/** Delivers all events of the payment that are not delivered yet, in some order; returns them. */
async function deliverNew(topUp: PaidTopUp, done: Set<string>, order: Order) {
  const events = await eventsOfPayments(brim, [topUp.paymentIntentId], topUp.since);
  for (const event of order(events.filter(({ id }) => !done.has(id)))) {
    expect((await deliver(brim, event)).status).toBe(200);
    done.add(event.id);
  }
}

async function play(history: History, order: Order, isLate: boolean) {
  const topUp = await aPaidTopUp(brim, { country: "DE", credit: false });
  await enableAutoTopUp(topUp);
  const made: string[] = [];
  const done = new Set<string>();
  for (const step of history) {
    await step(topUp, made);
    if (!isLate) await deliverNew(topUp, done, order);
  }
  await deliverNew(topUp, done, order);
  return stateOf(topUp);
}

describe("whatever the order in which its events arrive, it ends the same", () => {
  it.each(Object.entries(HISTORIES))("%s", async (_name, history) => {
    const states = await Promise.all(WAYS.map(({ order, isLate }) => play(history, order, isLate)));

    for (const state of states) expect(state).toEqual(states[0]);
    await expectLedgerVerified();
  });
});

it("an event whose handling fails between reading and writing is handled by the next try, once", async () => {
  const topUp = await aPaidTopUp(brim);
  await refundAtStripe(brim, topUp, 500);
  const [event] = (await eventsOfPayments(brim, [topUp.paymentIntentId], topUp.since)).filter(
    ({ type }) => type === "refund.created",
  );
  if (!event) throw new Error("There is no event of the refund.");
  await brim.control("/faults", { match: { path: "/v1/refunds/*" }, reset: true, times: 3 });

  expect((await deliver(brim, event)).status).toBe(503);
  await brim.control("/faults", undefined, "DELETE");
  await retryFailedEvents(new Date(Date.now() + 3_600_000));
  expect((await deliver(brim, event)).body.as).toBe("duplicate");

  expect(await balanceOf(topUp)).toBe("15.00");
});

import fc from "fast-check";
import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { atDepth } from "@/tests/support/depth";
import { lastEvent } from "../support/sandbox-events";
import { aPaidCharge, eventsAfter } from "../support/sandbox-payments";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

const DAY = 86_400;
/** Events are listed for thirty days, and the test reads the history from them. */
const LONGEST_SECONDS = 29 * DAY;

const CARDS = [
  "4242424242424242",
  "4000000000000259",
  "4000000000001976",
  "4000000000005126",
  "4000000000007726",
];
const DECISIONS = ["win", "lose", "escalate", "close_warning", "prevent", "allow_appeal"];
const SETTLEMENTS = ["fail", "succeed", "require_action"];
const WORDS = ["winning_evidence", "losing_evidence", "escalate_inquiry_evidence", "we did deliver"];

const n = fc.nat({ max: 50 });
const cents = fc.option(fc.integer({ min: 1, max: 2200 }), { nil: undefined });
const kind = fc.constantFrom("chargeback", "inquiry");

/** One action on the payments; `n` selects one of the existing charges, refunds or disputes. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("refund" as const), n, cents, byIntent: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("two refunds" as const), n, cents }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("dispute" as const), n, cents, kind }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("dispute and refund" as const), n, cents, kind }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("decide" as const), n, as: fc.constantFrom(...DECISIONS) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("settle" as const), n, as: fc.constantFrom(...SETTLEMENTS) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), n }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("give in" as const), n }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("answer" as const),
      n,
      words: fc.constantFrom(...WORDS),
      submit: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(5, 60, DAY, 9 * DAY) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface World {
  charges: Stripe.Charge[];
  refunds: string[];
  disputes: string[];
  waitedSeconds: number;
}

/** Calls the API; an error response is fine, a failure of the sandbox is not. */
async function ask<T extends { id: string }>(path: string, params: object): Promise<T | undefined> {
  const form = new URLSearchParams(
    Object.entries(params).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
  const { status, json } = await sandbox.call("POST", path, form.toString());
  expect([200, 400], JSON.stringify(json)).toContain(status);
  return status === 200 ? json : undefined;
}

async function command(path: string, body: object = {}): Promise<{ id: string } | undefined> {
  try {
    return await sandbox.control<{ id: string }>("POST", path, body);
  } catch (error) {
    expect(String(error)).toMatch(/: 400 /);
    return undefined;
  }
}

async function refund(world: World, charge: Stripe.Charge, amount: number | undefined, byIntent = false) {
  const target = byIntent ? { payment_intent: charge.payment_intent } : { charge: charge.id };
  const made = await ask<Stripe.Refund>("/v1/refunds", { ...target, amount });
  if (made) world.refunds.push(made.id);
}

async function dispute(
  world: World,
  charge: Stripe.Charge,
  input: { kind: string; amount?: number | undefined },
) {
  const made = await command(`/charges/${charge.id}/dispute`, input);
  if (made) world.disputes.push(made.id);
}

async function perform(world: World, one: Step): Promise<void> {
  const pick = <T>(from: T[]) => ("n" in one ? from[one.n % Math.max(1, from.length)] : undefined);
  const [charge, refundId, disputeId] = [pick(world.charges), pick(world.refunds), pick(world.disputes)];
  switch (one.do) {
    case "refund":
      if (charge) await refund(world, charge, one.cents, one.byIntent);
      return;
    case "two refunds":
      if (charge) await Promise.all([refund(world, charge, one.cents), refund(world, charge, one.cents)]);
      return;
    case "dispute":
      if (charge) await dispute(world, charge, { kind: one.kind, amount: one.cents });
      return;
    case "dispute and refund":
      if (charge)
        await Promise.all([dispute(world, charge, { kind: one.kind }), refund(world, charge, one.cents)]);
      return;
    case "decide":
      if (disputeId) await command(`/disputes/${disputeId}/${one.as}`);
      // A prevented dispute is refunded with a refund of its own.
      if (one.as === "prevent") await noteRefunds(world);
      return;
    case "settle":
      if (refundId) await command(`/refunds/${refundId}/${one.as}`);
      return;
    case "cancel":
      if (refundId) await ask(`/v1/refunds/${refundId}/cancel`, {});
      return;
    case "give in":
      if (disputeId) await ask(`/v1/disputes/${disputeId}/close`, {});
      return;
    case "answer":
      if (disputeId)
        await ask(`/v1/disputes/${disputeId}`, {
          "evidence[uncategorized_text]": one.words,
          submit: one.submit,
        });
      return;
    case "wait":
      if (world.waitedSeconds + one.seconds > LONGEST_SECONDS) return;
      world.waitedSeconds += one.seconds;
      await command("/clock", { advance_seconds: one.seconds });
      return;
    default:
      one satisfies never;
  }
}

async function noteRefunds(world: World): Promise<void> {
  const lists = await Promise.all(
    world.charges.map((charge) => stripe.refunds.list({ charge: charge.id, limit: 100 })),
  );
  world.refunds = lists.flatMap((list) => list.data.map(({ id }) => id));
}

async function aWorld(cards: string[]): Promise<World> {
  const world: World = { charges: [], refunds: [], disputes: [], waitedSeconds: 0 };
  for (const card of cards) {
    const charge = await aPaidCharge(sandbox, { card, cents: 2000 });
    world.charges.push(charge);
    const disputes = await stripe.disputes.list({ charge: charge.id });
    world.disputes.push(...disputes.data.map(({ id }) => id));
  }
  return world;
}

const GONE = ["needs_response", "under_review", "appeal_needs_response", "appeal_under_review", "lost"];
const CLOSED = ["won", "lost", "warning_closed", "prevented"];

/** The balance transactions of each kind of object, net of fees, oldest first. */
function movementsExpected(object: Stripe.Refund | Stripe.Dispute): number[] {
  if (object.object === "refund") {
    const isBack = object.status === "failed" || object.status === "canceled";
    return isBack ? [-object.amount, object.amount] : [-object.amount];
  }
  if (object.status === "won") return [-object.amount, object.amount];
  return GONE.includes(object.status) ? [-object.amount] : [];
}

async function expectMovements(object: Stripe.Refund | Stripe.Dispute): Promise<void> {
  const { data } = await stripe.balanceTransactions.list({ source: object.id, limit: 100 });
  const moved = data.reverse();

  expect(moved.map(({ amount }) => amount)).toEqual(movementsExpected(object));
  for (const { amount, fee, net } of moved) {
    expect(fee).toBe(object.object === "dispute" && amount < 0 ? 1500 : 0);
    expect(net).toBe(amount - fee);
  }
  if (object.object === "dispute") expect(object.balance_transactions).toEqual(moved);
  else expect(object.balance_transaction).toBe(moved[0]?.id);
}

/** A charge's totals match its refunds and disputes, and no more than the payment was returned. */
async function expectTotals(charge: Stripe.Charge): Promise<void> {
  const refunds = (await stripe.refunds.list({ charge: charge.id, limit: 100 })).data;
  const disputes = (await stripe.disputes.list({ charge: charge.id, limit: 100 })).data;
  const sum = (amounts: { amount: number }[]) => amounts.reduce((total, { amount }) => total + amount, 0);
  const refunded = sum(refunds.filter(({ status }) => status !== "failed" && status !== "canceled"));

  expect(charge.amount_refunded).toBe(refunded);
  expect(refunded).toBeLessThanOrEqual(charge.amount_captured);
  expect(charge.refunded).toBe(refunded === charge.amount_captured);
  expect(charge.disputed).toBe(disputes.length > 0);
  for (const { amount } of disputes) expect(amount).toBeLessThanOrEqual(charge.amount_captured);
  for (const object of [...refunds, ...disputes]) await expectMovements(object);
}

/** The types and counts of every object's events match its history, and the last one shows its current state. */
function expectEvents(object: Stripe.Refund | Stripe.Dispute, events: Stripe.Event[]): void {
  const about = events.filter((event) => (event.data.object as { id?: string }).id === object.id);
  const types = about.map((event) => event.type);
  const count = (type: string) => types.filter((candidate) => candidate === type).length;

  expect(about.at(-1)?.data.object).toEqual(object);
  if (object.object === "refund") {
    expect(types[0]).toBe("refund.created");
    expect(count("refund.created")).toBe(1);
    expect(count("charge.refund.updated")).toBe(count("refund.updated"));
    expect(count("refund.failed")).toBe(object.status === "failed" ? 1 : 0);
    return;
  }
  expect(types[0]).toBe("charge.dispute.created");
  expect(count("charge.dispute.created")).toBe(1);
  expect(count("charge.dispute.funds_withdrawn")).toBe(object.balance_transactions.length > 0 ? 1 : 0);
  expect(count("charge.dispute.funds_reinstated")).toBe(object.status === "won" ? 1 : 0);
  if (CLOSED.includes(object.status)) expect(types.at(-1)).toBe("charge.dispute.closed");
  else expect(types.at(-1)).not.toBe("charge.dispute.closed");
}

/**
 * Replays one charge's events in order. No refund starts while the bank has the money; neither refunds nor
 * disputes exceed the payment, nor do both together. The last rule holds unless the bank set an amount itself or
 * an inquiry escalated after a refund: then Stripe, too, allows the same money to be taken twice.
 */
function expectHistory(charge: Stripe.Charge, events: Stripe.Event[], mayOverlap: boolean): void {
  const refunds = new Map<string, Stripe.Refund>();
  const disputes = new Map<string, Stripe.Dispute>();
  for (const { type, data } of events) {
    const object = data.object as Stripe.Refund | Stripe.Dispute | Stripe.Charge;
    if (object.object === "charge" || object.charge !== charge.id) continue;
    const taken = [...disputes.values()].filter(({ status }) => GONE.includes(status));
    if (type === "refund.created") expect(taken).toEqual([]);
    if (object.object === "refund") refunds.set(object.id, object);
    else disputes.set(object.id, object);
    const givenBack = [...refunds.values()].filter(
      ({ status }) => status !== "failed" && status !== "canceled",
    );
    const arrived = givenBack.filter(({ status }) => status === "succeeded");
    const sum = (amounts: { amount: number }[]) => amounts.reduce((total, { amount }) => total + amount, 0);
    expect(sum(givenBack)).toBeLessThanOrEqual(charge.amount_captured);
    const gone = [...disputes.values()].filter(({ status }) => GONE.includes(status));
    expect(sum(gone)).toBeLessThanOrEqual(charge.amount_captured);
    if (!mayOverlap) expect(sum(arrived) + sum(gone)).toBeLessThanOrEqual(charge.amount_captured);
  }
}

interface Balance {
  available: number;
  pending: number;
}

async function readBalance(): Promise<Balance> {
  const { available, pending } = await stripe.balance.retrieve();
  return { available: available[0]?.amount ?? 0, pending: pending[0]?.amount ?? 0 };
}

/** The balance has changed by exactly the balance transactions since the given one. */
async function expectBalanceSince(before: Balance, mark: string | undefined): Promise<void> {
  let total = before.available + before.pending;
  for await (const { id, net } of stripe.balanceTransactions.list({ limit: 100 })) {
    if (id === mark) break;
    total += net;
  }
  const { available, pending } = await readBalance();
  expect(available + pending).toBe(total);
}

async function expectWholeBalance(): Promise<void> {
  const sums: Balance = { available: 0, pending: 0 };
  for await (const { net, status } of stripe.balanceTransactions.list({ limit: 100 })) {
    sums[status as keyof Balance] += net;
  }
  expect(await readBalance()).toEqual(sums);
}

it("keeps every total, balance and event correct under any sequence of refunds and disputes", async () => {
  const cards = fc.array(fc.constantFrom(...CARDS), { minLength: 2, maxLength: 4 });
  const steps = fc.array(step, { minLength: 5, maxLength: 25 });

  await fc.assert(
    fc.asyncProperty(cards, steps, async (used, played) => {
      const last = await lastEvent(stripe);
      const balance = await readBalance();
      const [movement] = (await stripe.balanceTransactions.list({ limit: 1 })).data;
      const world = await aWorld(used);
      for (const one of played) await perform(world, one);

      const events = await eventsAfter(stripe, last);
      const mayOverlap = played.some(
        (one) =>
          (one.do === "dispute" && one.cents !== undefined) ||
          (one.do === "decide" && one.as === "escalate") ||
          (one.do === "answer" && one.words === "escalate_inquiry_evidence"),
      );
      for (const { id } of world.charges) {
        const charge = await stripe.charges.retrieve(id, { expand: ["refunds"] });
        await expectTotals(charge);
        expectHistory(charge, events, mayOverlap);
        for (const made of (await stripe.refunds.list({ charge: id, limit: 100 })).data)
          expectEvents(made, events);
        for (const made of (await stripe.disputes.list({ charge: id, limit: 100 })).data)
          expectEvents(made, events);
      }
      await expectBalanceSince(balance, movement?.id);
    }),
    { numRuns: atDepth({ ci: 8, deep: 300 }), endOnFailure: true },
  );
  await expectWholeBalance();
});

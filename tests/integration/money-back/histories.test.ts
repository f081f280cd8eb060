import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { retryFailedEvents } from "@/lib/stripe-events";
import { type ApiCustomer, aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { atDepth } from "@/tests/support/depth";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import {
  aPaidTopUp,
  disputeAtStripe,
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

/** What a history should have led to, counted without any of the code under test. */
interface Model {
  topUps: { creditCents: number; chargeCents: number; taken: Map<string, number> }[];
  spentNanos: bigint;
}

/** The same world in reality: Stripe's side is always ahead, events reach Brim when a command delivers them. */
interface Real {
  customer: ApiCustomer;
  topUps: PaidTopUp[];
}

type MoneyCommand = fc.AsyncCommand<Model, Real>;

/** A command that does something at Stripe or at Brim; `run` says what the model learns of it. */
function command(name: string, run: (model: Model, real: Real) => Promise<void>): MoneyCommand {
  return { check: () => true, run, toString: () => name };
}

const pick = <T>(items: readonly T[], n: number): T | undefined => items[n % Math.max(1, items.length)];

/** Two decimals of dollars. */
const dollars = (cents: number) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;

const topUp = (creditCents: number, country: string) =>
  command(`top up ${creditCents} from ${country}`, async (model, real) => {
    if (real.topUps.length >= 3) return;
    const { customer } = real;
    const paid = await aPaidTopUp(brim, { amount: dollars(creditCents), country, credit: false, customer });
    real.topUps.push(paid);
    model.topUps.push({ creditCents, chargeCents: paid.chargeCents, taken: new Map() });
  });

const refund = (n: number, percent: number) =>
  command(`refund ${percent} % of #${n}`, async (model, real) => {
    const [paid, known] = [pick(real.topUps, n), pick(model.topUps, n)];
    if (!paid || !known) return;
    const amount = Math.max(1, Math.floor((known.chargeCents * percent) / 100));
    // Stripe refuses what is disputed, or more than is left.
    const id = await refundAtStripe(brim, paid, amount).catch(() => null);
    if (id) known.taken.set(id, amount);
  });

const failRefund = (n: number, m: number) =>
  command(`refund #${m} of #${n} fails`, async (model) => {
    const known = pick(model.topUps, n);
    const id = pick(
      [...(known?.taken.keys() ?? [])].filter((one) => one.startsWith("re_")),
      m,
    );
    if (!known || !id) return;
    const failed = await brim.control(`/refunds/${id}/fail`);
    if (failed.status === "failed") known.taken.set(id, 0);
  });

const dispute = (n: number, percent: number, kind: "chargeback" | "inquiry") =>
  command(`${kind} about ${percent} % of #${n}`, async (model, real) => {
    const [paid, known] = [pick(real.topUps, n), pick(model.topUps, n)];
    if (!paid || !known) return;
    const amount = Math.max(1, Math.floor((known.chargeCents * percent) / 100));
    const id = await disputeAtStripe(brim, paid, { amount, kind });
    if (id === "undefined") return; // more than is left
    await readFromStripe(known, paid);
  });

const decide = (
  n: number,
  m: number,
  action: "win" | "lose" | "escalate" | "close_warning" | "allow_appeal",
) =>
  command(`dispute #${m} of #${n}: ${action}`, async (model, real) => {
    const [paid, known] = [pick(real.topUps, n), pick(model.topUps, n)];
    if (!paid || !known) return;
    const { data } = await brim.stripe.disputes.list({ payment_intent: paid.paymentIntentId });
    const one = pick(data, m);
    if (!one) return;
    await brim.control(`/disputes/${one.id}/${action}`);
    await readFromStripe(known, paid);
  });

/** A dispute makes pending refunds fail and moves money of its own: what is gone is what Stripe's objects say. */
async function readFromStripe(known: Model["topUps"][number], paid: PaidTopUp): Promise<void> {
  const payment = { payment_intent: paid.paymentIntentId, limit: 100 };
  const refunds = await brim.stripe.refunds.list(payment);
  const disputes = await brim.stripe.disputes.list(payment);
  for (const { id, amount, status } of refunds.data) known.taken.set(id, status === "failed" ? 0 : amount);
  for (const { id, balance_transactions } of disputes.data) {
    const sum = balance_transactions.reduce((total, { amount }) => total - amount, 0);
    known.taken.set(id, Math.max(0, sum));
  }
}

const charge = (cents: number) =>
  command(`charge ${cents} cents`, async (model, real) => {
    const request = { amount_usd: dollars(cents), idempotency_key: crypto.randomUUID() };
    const { status } = await real.customer.post("/api/v1/usage/charges", request);
    expect([200, 402]).toContain(status);
    if (status === 200) model.spentNanos += BigInt(cents) * 10_000_000n;
  });

/** Delivers one event that has happened, once or several times at once, while some of Brim's calls to Stripe fail. */
const deliverOne = (n: number, times: number, failures: number) =>
  command(`deliver event #${n} ${times} times, with ${failures} failures`, async (_model, real) => {
    const event = pick(await eventsSoFar(real), n);
    if (!event) return;
    if (failures > 0) {
      await brim.control("/faults", {
        match: { method: "GET", path: "/v1/*" },
        reset: true,
        times: failures,
      });
    }
    await Promise.all(Array.from({ length: times }, () => deliver(brim, event)));
    await brim.control("/faults", undefined, "DELETE");
  });

const retry = command("retry failed events", async () => {
  await retryFailedEvents(new Date(Date.now() + 3_600_000));
});

async function eventsSoFar({ topUps }: Real): Promise<SentEvent[]> {
  const [first] = topUps;
  if (!first) return [];
  return eventsOfPayments(
    brim,
    topUps.map(({ paymentIntentId }) => paymentIntentId),
    first.since,
  );
}

const n = fc.nat({ max: 40 });
const percent = fc.integer({ min: 1, max: 110 });
const delivery = fc.tuple(n, fc.integer({ min: 1, max: 3 }), fc.constantFrom(0, 0, 1, 3, 6));
const aTopUp = fc
  .tuple(fc.integer({ min: 500, max: 9_999 }), fc.constantFrom("US", "DE"))
  .map((args) => topUp(...args));
const COMMANDS = [
  aTopUp,
  fc.tuple(n, percent).map((args) => refund(...args)),
  fc.tuple(n, n).map((args) => failRefund(...args)),
  fc
    .tuple(n, percent, fc.constantFrom("chargeback" as const, "inquiry" as const))
    .map((args) => dispute(...args)),
  fc
    .tuple(
      n,
      n,
      fc.constantFrom(
        "win" as const,
        "lose" as const,
        "escalate" as const,
        "close_warning" as const,
        "allow_appeal" as const,
      ),
    )
    .map((args) => decide(...args)),
  fc.integer({ min: 1, max: 2_000 }).map(charge),
  delivery.map((args) => deliverOne(...args)),
  delivery.map((args) => deliverOne(...args)),
  fc.constant(retry),
];

/** What the model says was taken back of a credit, in nano-dollars: the share of the payment that went back, at most all. */
function reversedOf({ creditCents, chargeCents, taken }: Model["topUps"][number]): bigint {
  const gone = [...taken.values()].reduce((sum, cents) => sum + cents, 0);
  const credit = BigInt(creditCents) * 10_000_000n;
  const exact = credit * BigInt(Math.min(gone, chargeCents));
  const charge = BigInt(chargeCents);
  const rounded = exact / charge + ((exact % charge) * 2n >= charge ? 1n : 0n);
  return rounded < credit ? rounded : credit;
}

async function expectAsModel(model: Model, real: Real): Promise<void> {
  const { customerId } = real.customer;
  let balance = -model.spentNanos;
  for (const [at, known] of model.topUps.entries()) {
    const paid = real.topUps[at] as PaidTopUp;
    const reversed = reversedOf(known);
    expect(await rowOf(paid)).toMatchObject({
      creditedNanos: BigInt(known.creditCents) * 10_000_000n,
      reversedNanos: reversed,
    });
    balance += BigInt(known.creditCents) * 10_000_000n - reversed;
  }
  const account = await prisma().ledgerAccount.findUniqueOrThrow({ where: { customerId } });
  expect(account).toMatchObject({ balanceNanos: balance, heldNanos: 0n });
}

it("ends with exactly what Stripe says, whatever happens to payments and events", async () => {
  await fc.assert(
    fc.asyncProperty(
      aTopUp,
      fc.commands(COMMANDS, { maxCommands: 24, size: "max" }),
      fc.func(fc.integer()),
      async (first, commands, rank) => {
        const model: Model = { topUps: [], spentNanos: 0n };
        const real: Real = { customer: await aCustomer(brim), topUps: [] };
        await first.run(model, real);
        await fc.asyncModelRun(async () => ({ model, real }), commands);

        // Whatever was lost comes in the end, in any order; then everything once more.
        const events = await eventsSoFar(real);
        const shuffled = [...events].sort((a, b) => rank(a.id) - rank(b.id));
        for (const event of shuffled) expect((await deliver(brim, event)).status).toBe(200);
        await expectAsModel(model, real);
        await Promise.all(events.map((event) => deliver(brim, event)));
        await expectAsModel(model, real);
        await expectLedgerVerified();
      },
    ),
    { numRuns: atDepth({ ci: 15, deep: 300 }), endOnFailure: true },
  );
});

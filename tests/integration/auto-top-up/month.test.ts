import { afterAll, beforeAll, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { reportCompleteness } from "@/lib/reconciliation";
import { chargesAtStripe, type StripeCharge } from "@/tests/support/auto-top-up-of-stripe";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { atDepth } from "@/tests/support/depth";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { creditsByLedger } from "@/tests/support/ledger-of-stripe";
import { seededRandom } from "@/tests/support/random";
import { CAPS, SimulatedCustomer } from "@/tests/support/simulated-customer";
import { SimulatedTime } from "@/tests/support/simulated-time";

const MONTH_HOURS = 30 * 24;
const CUSTOMERS = atDepth({ ci: 3, deep: 1_000 });

/** How much time passes between two things that a customer does: within the cooldown, within a day, or longer. */
const STEP_HOURS = [0.1, 3, 24, 48];

/** How many customers are busy at the same time. */
const AT_ONCE = 8;

const DAY_MS = 24 * 3_600_000;
const COOLDOWN_MS = 10 * 60_000;

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
afterAll(() => brim.stop());

async function inBatches<In, Out>(items: readonly In[], work: (item: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  }
  return results;
}

it("a month of random spending, declines, removed cards, refunds and disputes adds up to the cent", async () => {
  const seed = Number(process.env.TEST_SEED ?? Date.now() % 2 ** 31);
  console.info(`TEST_SEED=${seed}`);
  const time = new SimulatedTime(brim);
  const begin = new Date(time.now.getTime() - 3_600_000);
  const seeds = Array.from({ length: CUSTOMERS }, (_none, index) => seed + index * 7_919);
  const customers = await inBatches(seeds, (one) => SimulatedCustomer.create(brim, one));

  const random = seededRandom(seed);
  for (let passed = 0; passed < MONTH_HOURS; ) {
    const hours = random.pick(STEP_HOURS) ?? 24;
    await inBatches(customers, (customer) => customer.live(time));
    await time.pass(hours);
    passed += hours;
  }

  const charges = await chargesAtStripe(brim);
  const atStripe = new Map(charges.map(({ topUpIntentId, creditNanos }) => [topUpIntentId, creditNanos]));
  expect(charges.length).toBeGreaterThan(CUSTOMERS); // it was not a quiet month
  expect(await creditsByLedger()).toEqual(atStripe);
  for (const { auto, spentCents } of customers) {
    const own = charges.filter(({ stripeCustomerId }) => stripeCustomerId === auto.stripeCustomerId);
    expectWithinCaps(own);
    const { customerId } = auto;
    const { balanceNanos } = await prisma().ledgerAccount.findUniqueOrThrow({ where: { customerId } });
    const credits = own.reduce((sum, { creditNanos }) => sum + creditNanos, 20_000_000_000n);
    expect(balanceNanos).toBe(credits - BigInt(spentCents) * 10_000_000n);
  }
  await expectLedgerVerified();
  const window = { from: begin, to: new Date(time.now.getTime() + DAY_MS) };
  const { findings, failed } = await reportCompleteness(window, time.now);
  expect({ findings, failed }).toEqual({ findings: [], failed: [] });
});

function expectWithinCaps(charges: readonly StripeCharge[]): void {
  const byTime = charges.toSorted((one, other) => one.paidAt.getTime() - other.paidAt.getTime());
  const sum = (some: readonly StripeCharge[]) =>
    some.reduce((total, { totalCents }) => total + totalCents, 0);
  for (const [index, charge] of byTime.entries()) {
    const since = (ms: number) =>
      byTime.slice(0, index + 1).filter(({ paidAt }) => charge.paidAt.getTime() - paidAt.getTime() < ms);
    expect(since(DAY_MS).length).toBeLessThanOrEqual(CAPS.dayCount);
    expect(sum(since(DAY_MS))).toBeLessThanOrEqual(CAPS.dayCents);
    const month = byTime.filter(({ paidAt }) => monthOf(paidAt) === monthOf(charge.paidAt));
    expect(sum(month)).toBeLessThanOrEqual(CAPS.monthCents);
    expect(since(COOLDOWN_MS).length).toBe(1);
  }
}

function monthOf(time: Date): string {
  return time.toISOString().slice(0, 7);
}

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { pollEvents } from "@/lib/reconciliation";
import { asLookUp, retrieveCheckoutSession } from "@/lib/stripe";
import { retryFailedEvents } from "@/lib/stripe-events";
import { sweepTopUps } from "@/lib/top-ups";
import { aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { countLookUps } from "@/tests/support/count-look-ups";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { aPaidTopUp, balanceOf, type PaidTopUp } from "@/tests/support/paid-top-up";
import { changeSettings } from "@/tests/support/settings";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
beforeEach(async () => {
  await prisma().stripeLookUpBudget.deleteMany();
  await prisma().stripeEventCursor.deleteMany();
});
afterEach(async () => {
  await brim.control("/rate_limits", { mode: "off" });
  await brim.control("/faults", undefined, "DELETE");
  await expectLedgerVerified();
});
afterAll(() => brim.stop());

const MINUTE_MS = 60_000;
const later = (ms: number) => new Date(Date.now() + ms);

/** Payments of different customers that Brim has not heard of. */
async function paidTopUps(count: number): Promise<PaidTopUp[]> {
  const customers = await Promise.all(Array.from({ length: count }, () => aCustomer(brim)));
  const paid: PaidTopUp[] = [];
  for (const customer of customers)
    paid.push(await aPaidTopUp(brim, { amount: "10.00", credit: false, customer }));
  return paid;
}

const balancesOf = (topUps: readonly PaidTopUp[]) => Promise.all(topUps.map(balanceOf));

/** Counts the requests at the sandbox from now on. */
async function countRequests(): Promise<() => Promise<{ calls: number; rejected: number }>> {
  await brim.control("/calls", undefined, "DELETE");
  return async () => {
    const { total } = await brim.control("/calls", undefined, "GET");
    return total as { calls: number; rejected: number };
  };
}

it("a burst of look-ups stays within Stripe's limits of test mode, which it would exceed at once", async () => {
  const topUps = await paidTopUps(4);
  const look = ({ sessionId }: PaidTopUp) => retrieveCheckoutSession(sessionId);
  const burst = Array.from({ length: 28 }, (_, n) => topUps[n % topUps.length] as PaidTopUp);
  await brim.control("/rate_limits", { mode: "test", total: 14 }); // a slow machine sends fewer than 25 a second
  const atOnce = await countRequests();
  await Promise.allSettled(burst.map(look));
  expect((await atOnce()).rejected).toBeGreaterThan(0);
  await brim.control("/rate_limits", { mode: "off" });
  await brim.control("/rate_limits", { mode: "test" });
  await prisma().stripeLookUpBudget.deleteMany();
  changeSettings({ STRIPE_LOOK_UPS_PER_SECOND: "12" });

  const requests = await countRequests();
  const lookUps = await countLookUps();
  await Promise.all([
    pollEvents(),
    sweepTopUps(later(30 * MINUTE_MS)),
    ...burst.map((topUp) => asLookUp(() => look(topUp))),
  ]);

  const turns = (await lookUps()).map((at) => at.getTime());
  const { calls, rejected } = await requests();
  expect(rejected).toBe(0);
  expect(turns).toHaveLength(calls);
  for (const [n, at] of turns.entries()) {
    if (n > 0) expect(at - (turns[n - 1] ?? 0)).toBeGreaterThanOrEqual(1_000 / 12 - 1);
  }
  expect(await balancesOf(topUps)).toEqual(topUps.map(() => "10.00"));
});

it("a request that the SDK repeats takes a turn of its own", async () => {
  const topUps = await paidTopUps(3);
  changeSettings({ STRIPE_LOOK_UPS_PER_SECOND: "50" });
  await brim.control("/faults", { match: { path: "/v1/checkout/sessions/*" }, status: 500, times: 4 });
  const requests = await countRequests();
  const lookUps = await countLookUps();

  await Promise.all(topUps.map(({ sessionId }) => asLookUp(() => retrieveCheckoutSession(sessionId))));

  expect((await requests()).calls).toBe(3 + 4);
  expect(await lookUps()).toHaveLength(3 + 4);
});

it("a repeated request of a webhook or a checkout takes none", async () => {
  await brim.control("/faults", { match: { path: "/v1/checkout/sessions" }, status: 500, times: 1 });

  const paid = await aPaidTopUp(brim, { amount: "10.00" });

  expect(await balanceOf(paid)).toBe("10.00");
  expect(await prisma().stripeLookUpBudget.count()).toBe(0);
});

it("a 429 in the middle halves the rate, delays the reader, and loses no payment", async () => {
  const topUps = await paidTopUps(6);
  changeSettings({ STRIPE_LOOK_UPS_PER_SECOND: "100" });
  // A limit itself would depend on how fast this machine sends requests.
  const match = { method: "GET", path: "/v1/checkout/sessions*" };
  await brim.control("/faults", { match, status: 429, code: "rate_limit", times: 1_000 });

  const during = await pollEvents();

  expect(during.failed + during.unreadable).toBeGreaterThan(0);
  const { slowUntil } = await prisma().stripeLookUpBudget.findUniqueOrThrow({ where: { id: 1 } });
  expect(slowUntil?.getTime()).toBeGreaterThan(Date.now());
  const delayed = await prisma().stripeEventCursor.count({ where: { retryAt: { gt: new Date() } } });
  expect(delayed).toBe(during.unreadable);

  await brim.control("/faults", undefined, "DELETE");
  expect(await pollEvents(later(2 * MINUTE_MS))).toMatchObject({ failed: 0, unreadable: 0 });
  await retryFailedEvents(later(2 * MINUTE_MS)); // those that had been read when the limit was reached
  expect(await balancesOf(topUps)).toEqual(topUps.map(() => "10.00"));
});

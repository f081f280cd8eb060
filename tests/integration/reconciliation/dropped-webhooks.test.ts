import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { nextWindow, reconcile, reportCompleteness } from "@/lib/reconciliation";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { atDepth } from "@/tests/support/depth";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { creditsByLedger, creditsByStripe } from "@/tests/support/ledger-of-stripe";
import { aPaidTopUp, disputeAtStripe, type PaidTopUp, refundAtStripe } from "@/tests/support/paid-top-up";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
afterEach(() => expectLedgerVerified());
afterAll(() => brim.stop());

const HOUR_MS = 3_600_000;

/** What happens to the payments afterwards, in turn. */
const AFTERWARDS: ((topUp: PaidTopUp) => Promise<unknown>)[] = [
  async () => {},
  (topUp) => refundAtStripe(brim, topUp),
  (topUp) => refundAtStripe(brim, topUp, 333),
  async (topUp) => {
    const id = await refundAtStripe(brim, topUp, 700);
    await brim.control(`/refunds/${id}/fail`);
  },
  (topUp) => disputeAtStripe(brim, topUp),
  async (topUp) => {
    const id = await disputeAtStripe(brim, topUp);
    await brim.control(`/disputes/${id}/win`);
  },
  async (topUp) => {
    await refundAtStripe(brim, topUp, 250);
    const id = await disputeAtStripe(brim, topUp);
    await brim.control(`/disputes/${id}/lose`);
  },
  (topUp) => disputeAtStripe(brim, topUp, { kind: "inquiry" }),
];

let days = 0;

async function aDay(topUps: number): Promise<void> {
  const first = 3 * days++; // a short day begins with another kind
  for (let n = first; n < first + topUps; n++) {
    const country = n % 3 === 0 ? "DE" : "US";
    const topUp = await aPaidTopUp(brim, { amount: `${10 + (n % 7)}.${n % 10}7`, country, credit: false });
    await AFTERWARDS[n % AFTERWARDS.length]?.(topUp);
  }
}

/** Compares the whole test, as if it were two hours old. */
async function reportOfToday() {
  const later = new Date(Date.now() + 3 * HOUR_MS);
  return reportCompleteness(
    { ...(await nextWindow(later)), from: new Date(Date.now() - 24 * HOUR_MS) },
    later,
  );
}

it("after a day without any webhook, reconciliation alone brings the ledger in line with Stripe", async () => {
  await aDay(atDepth({ ci: 5, deep: 100 }));
  expect((await creditsByLedger()).size).toBe(0);

  const result = await reconcile({ since: null });

  expect(await creditsByLedger()).toEqual(await creditsByStripe(brim));
  expect(result).toMatchObject({ failed: 0, needsPerson: [] });
  expect(result.healed.events).toBeGreaterThan(0);
  expect(await reportOfToday()).toMatchObject({ findings: [], healed: 0 });
});

it("two concurrent reconciliations have the same result as one", async () => {
  await aDay(atDepth({ ci: 2, deep: 50 }));

  const results = await Promise.all([reconcile({ since: null }), reconcile({ since: null })]);

  expect(await creditsByLedger()).toEqual(await creditsByStripe(brim));
  for (const { needsPerson } of results) expect(needsPerson).toEqual([]);
  expect(await reportOfToday()).toMatchObject({ findings: [], healed: 0 });
});

it("balance transactions alone lead to the same ledger if the events are lost as well", async () => {
  await aDay(atDepth({ ci: 2, deep: 50 }));

  const { healed, findings } = await reportOfToday();

  expect(findings).toEqual([]);
  expect(healed).toBeGreaterThan(0);
  expect(await creditsByLedger()).toEqual(await creditsByStripe(brim));
  expect(await prisma().reconciliationReport.count()).toBeGreaterThan(0);
});

it("another reconciliation changes nothing", async () => {
  const before = await creditsByLedger();

  const { healed, needsPerson } = await reconcile({ since: new Date(Date.now() - 24 * HOUR_MS) });

  expect(healed).toMatchObject({ "top-ups": 0, refunds: 0, disputes: 0 });
  expect(needsPerson).toEqual([]);
  expect(await creditsByLedger()).toEqual(before);
});

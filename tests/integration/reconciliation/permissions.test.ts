import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { reconcile } from "@/lib/reconciliation";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { atDepth } from "@/tests/support/depth";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { aPaidTopUp, balanceOf, disputeAtStripe, refundAtStripe } from "@/tests/support/paid-top-up";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
// Otherwise the first report of a test compares five weeks, and that of the next one nothing.
beforeEach(async () => {
  await prisma().reconciliationReport.deleteMany();
  await lastReportAt(new Date(Date.now() - 3 * HOUR_MS));
});
afterEach(async () => {
  await brim.control("/permissions", undefined, "DELETE");
  await prisma().alert.deleteMany();
  await expectLedgerVerified();
});
afterAll(() => brim.stop());

const HOUR_MS = 3_600_000;

async function lastReportAt(windowTo: Date): Promise<void> {
  const counts = { balanceTransactions: 0, transfers: 0, healed: 0, findings: 0 };
  const windowFrom = new Date(windowTo.getTime() - HOUR_MS);
  await prisma().reconciliationReport.create({
    data: { windowFrom, windowTo, ...counts, finishedAt: windowTo },
  });
}

const openSetupAlerts = () => prisma().alert.findMany({ where: { kind: "stripe_setup", resolvedAt: null } });

/** Returns how many requests the sandbox has received since the last call. */
async function countRequests(): Promise<number> {
  const { total } = await brim.control("/calls", undefined, "GET");
  await brim.control("/calls", undefined, "DELETE");
  return (total as { calls: number }).calls;
}

/** A payment, one with a refund of half of it, and one with a dispute, of which no webhook was delivered. */
async function aLostDay() {
  const [paid, refunded, disputed] = [
    await aPaidTopUp(brim, { amount: "10.00", credit: false }),
    await aPaidTopUp(brim, { amount: "20.00", credit: false }),
    await aPaidTopUp(brim, { amount: "30.00", credit: false }),
  ];
  await refundAtStripe(brim, refunded, 1_000);
  await disputeAtStripe(brim, disputed);
  return () => Promise.all([paid, refunded, disputed].map(balanceOf));
}

/** Each permission that reconciling reads with, and the balances that it leads to without it. */
const NEEDED: readonly [string, string[]][] = [
  ["dispute_read", ["10.00", "10.00", "30.00"]],
  ["event_read", ["10.00", "10.00", "0.00"]],
  ["balance_read", ["10.00", "10.00", "0.00"]],
  ["charge_read", ["0.00", "0.00", "0.00"]],
  ["checkout_session_read", ["0.00", "0.00", "0.00"]],
  ["payment_intent_read", ["0.00", "0.00", "0.00"]],
  ["payment_method_read", ["0.00", "0.00", "0.00"]],
  ["invoice_read", ["0.00", "0.00", "0.00"]],
];

describe.each(NEEDED.slice(0, atDepth({ ci: 2, deep: NEEDED.length })))(
  "without %s",
  (permission, without) => {
    it("the operator is told once, everything else is reconciled, and with it the rest follows", async () => {
      const balances = await aLostDay();
      const since = new Date(Date.now() - HOUR_MS);
      await brim.control("/permissions", { withhold: permission });

      const first = await reconcile({ since });
      await countRequests();
      const second = await reconcile({ since });
      const requests = await countRequests();
      const third = await reconcile({ since });

      const alerts = await openSetupAlerts();
      expect(alerts.map(({ subjectId }) => subjectId)).toEqual([`permission:rak_${permission}`]);
      expect(alerts[0]?.message).toContain(
        `lacks the permission rak_${permission}. Add it to the restricted key`,
      );
      for (const { failed, needsPerson } of [first, second, third]) {
        expect(failed).toBeGreaterThan(0);
        expect(needsPerson.filter((line) => line.startsWith("stripe_setup"))).toHaveLength(1);
      }
      expect(await balances()).toEqual(without);
      expect(await countRequests()).toBeLessThanOrEqual(requests); // never more of them

      await brim.control("/permissions", undefined, "DELETE");
      const after = await reconcile({ since, now: new Date(Date.now() + 3 * HOUR_MS) });

      expect(after).toMatchObject({ failed: 0, needsPerson: [] });
      expect(await balances()).toEqual(["10.00", "10.00", "0.00"]);
    });
  },
);

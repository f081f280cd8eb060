import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { sweepAutoTopUps } from "@/lib/auto-charge";
import { prisma } from "@/lib/platform/db";
import { asLookUp, retrieveCheckoutSession } from "@/lib/stripe";
import { anAutoCustomer, availableOf, spend } from "@/tests/support/auto-top-up";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { countLookUps } from "@/tests/support/count-look-ups";
import { aPaidTopUp } from "@/tests/support/paid-top-up";
import { changeSettings } from "@/tests/support/settings";
import { runTasks } from "@/tests/support/tasks";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
});
afterAll(() => brim.stop());
beforeEach(async () => {
  await brim.control("/faults", undefined, "DELETE");
  await prisma().stripeLookUpBudget.deleteMany();
  changeSettings({ STRIPE_LOOK_UPS_PER_SECOND: "50" });
});

const look = () => retrieveCheckoutSession("cs_test_unknown");

/** Measures how long some work takes, in milliseconds. */
async function reservedMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

it("concurrent look-ups start one after the other, at the configured rate", async () => {
  const elapsedMs = await reservedMs(() =>
    Promise.all(Array.from({ length: 21 }, () => asLookUp(() => look()))),
  );

  expect(elapsedMs).toBeGreaterThanOrEqual(19 * 20); // 20 pauses of 20 ms, less a rounding
});

it("a 429 halves the rate", async () => {
  await brim.control("/faults", { match: { path: "/v1/*" }, status: 429, code: "rate_limit", times: 1 });
  await asLookUp(look).catch(() => {});
  const { slowUntil } = await prisma().stripeLookUpBudget.findUniqueOrThrow({ where: { id: 1 } });

  const elapsedMs = await reservedMs(() =>
    Promise.all(Array.from({ length: 11 }, () => asLookUp(() => look()))),
  );

  expect(slowUntil?.getTime()).toBeGreaterThan(Date.now());
  expect(elapsedMs).toBeGreaterThanOrEqual(9 * 40);
});

it("a caller that does not want to wait is rejected and uses no budget", async () => {
  changeSettings({ STRIPE_LOOK_UPS_PER_SECOND: "1" });
  await asLookUp(look);
  const before = await prisma().stripeLookUpBudget.findUniqueOrThrow({ where: { id: 1 } });

  await expect(asLookUp(look, { maxWaitMs: 100 })).rejects.toMatchObject({ kind: "service_unavailable" });

  expect(await prisma().stripeLookUpBudget.findUniqueOrThrow({ where: { id: 1 } })).toEqual(before);
});

it("webhooks and checkouts use no budget", async () => {
  await aPaidTopUp(brim);

  expect(await prisma().stripeLookUpBudget.count()).toBe(0);
});

it("an automatic charge takes turns when the sweep makes it, and none right after a debit", async () => {
  const [first, second] = [await anAutoCustomer(brim), await anAutoCustomer(brim)];
  await spend(first, "25.00");
  await runTasks();
  expect(await availableOf(first)).toBe("25.00");
  expect(await prisma().stripeLookUpBudget.count()).toBe(0);
  await spend(second, "25.00");
  const stopCounting = await countLookUps();

  await sweepAutoTopUps();

  expect(await availableOf(second)).toBe("25.00");
  expect((await stopCounting()).length).toBeGreaterThanOrEqual(6);
});

it("a clock that was set back does not stop the look-ups", async () => {
  const nextAt = new Date(Date.now() + 86_400_000);
  await prisma().stripeLookUpBudget.create({ data: { id: 1, nextAt } });

  await asLookUp(look, { maxWaitMs: 0 });

  const { nextAt: after } = await prisma().stripeLookUpBudget.findUniqueOrThrow({ where: { id: 1 } });
  expect(after.getTime()).toBeLessThan(Date.now() + 1_000);
});

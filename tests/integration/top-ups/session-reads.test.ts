import { afterAll, beforeAll, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { asLookUp } from "@/lib/stripe";
import { readSessions, refOf, settleTopUp } from "@/lib/top-ups";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { countLookUps } from "@/tests/support/count-look-ups";
import { aPaidTopUp, balanceOf, type PaidTopUp } from "@/tests/support/paid-top-up";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
afterAll(() => brim.stop());

const ref = ({ customer: { customerId }, topUpIntentId }: PaidTopUp) => refOf({ customerId, topUpIntentId });

/** Top-ups that are paid and not credited. */
async function paidTopUps(count: number): Promise<PaidTopUp[]> {
  const topUps = [];
  for (let n = 0; n < count; n++) {
    const topUp = await aPaidTopUp(brim, { credit: false });
    topUps.push(topUp);
  }
  return topUps;
}

it("sessions are read together, and each settles its own top-up without a further call", async () => {
  const topUps = await paidTopUps(4);
  const reads = await readSessions(topUps.map(ref));
  const lookUps = await countLookUps();

  await asLookUp(async () => {
    for (const topUp of topUps) {
      expect(await settleTopUp(ref(topUp), topUp.sessionId, { reads })).toBe("credit");
      expect(await settleTopUp(ref(topUp), topUp.sessionId, { reads })).toBe("nothing"); // its next event
    }
  });

  expect(reads.size).toBe(4);
  expect(await lookUps()).toEqual([]);
  for (const topUp of topUps) expect(await balanceOf(topUp)).toBe("20.00");
});

it("a read never wins over a change that came after it", async () => {
  const [topUp, ...others] = await paidTopUps(3);
  if (!topUp) throw new Error("There is no top-up.");
  const reads = await readSessions([topUp, ...others].map(ref));
  // Another reading of Stripe has changed the top-up since.
  const { customerId, topUpIntentId } = ref(topUp);
  await prisma().topUpIntent.update({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
    data: { version: { increment: 1 } },
  });
  const lookUps = await countLookUps();

  expect(await asLookUp(() => settleTopUp(ref(topUp), topUp.sessionId, { reads }))).toBe("credit");

  expect(await lookUps()).toHaveLength(1); // it was read again
});

it("a read of one top-up is not used for another", async () => {
  const [first, second, third] = await paidTopUps(3);
  if (!(first && second && third)) throw new Error("There are too few top-ups.");
  const reads = await readSessions([first, second, third].map(ref));

  // The session names the first.
  expect(await settleTopUp(ref(second), first.sessionId, { reads })).toBe("review");
  expect(await settleTopUp(ref(first), first.sessionId, { reads })).toBe("credit");

  expect(await balanceOf(second)).toBe("0.00");
  expect(await balanceOf(first)).toBe("20.00");
});

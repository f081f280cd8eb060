import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { pool, prisma } from "@/lib/platform/db";
import { expectPayment, readTopUp } from "@/lib/top-ups";
import { type ApiCustomer, aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { countLookUps } from "@/tests/support/count-look-ups";
import { changeSettings } from "@/tests/support/settings";

let brim: RunningBrim;
let customer: ApiCustomer;
let topUpIntentId: string;
let sessionId: string;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
afterAll(() => brim.stop());
beforeEach(async () => {
  changeSettings({ STRIPE_LOOK_UPS_PER_SECOND: "100" });
  customer = await aCustomer(brim);
  const { body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd: "25.00" });
  [topUpIntentId, sessionId] = [body.topup_intent_id, body.session_id];
});

/** Reads the top-up at these times after the first, in milliseconds, and returns when Stripe was asked. */
async function lookUpsAt(times: readonly number[], start: number): Promise<number[]> {
  const asked: number[] = [];
  for (const ms of times) {
    const lookUps = await countLookUps();
    await readTopUp(customer.customerId, topUpIntentId, new Date(start + ms));
    if ((await lookUps()).length > 0) asked.push(ms);
  }
  return asked;
}

const EVERY_HALF_SECOND = Array.from({ length: 60 }, (_, n) => n * 500);

it("a payer who waits is looked up on arrival and after 2, 5 and 10 seconds, then once a minute", async () => {
  const asked = await lookUpsAt([...EVERY_HALF_SECOND, 69_000, 71_000, 90_000, 131_000], Date.now());

  expect(asked).toEqual([0, 2_000, 5_000, 10_000, 71_000, 131_000]);
});

it("returning from Checkout begins anew, but not with every reload", async () => {
  const start = Date.now();
  await lookUpsAt(EVERY_HALF_SECOND, start); // the page was open while the payer paid
  const return_ = start + 40_000;

  await expectPayment(customer.customerId, topUpIntentId, new Date(return_));
  const asked = await lookUpsAt([0, 1_000, 2_000], return_);
  await expectPayment(customer.customerId, topUpIntentId, new Date(return_ + 2_500));
  const reloaded = await lookUpsAt([2_600], return_);

  expect(asked).toEqual([0, 2_000]);
  expect(reloaded).toEqual([]);
});

it("the look-up on arrival credits a payment whose events are lost", async () => {
  await brim.control(`/checkout/${sessionId}/pay`, {});

  const { intent } = await readTopUp(customer.customerId, topUpIntentId);

  expect(intent.status).toBe("succeeded");
  expect(intent.paidAt?.getTime()).toBeLessThanOrEqual(Date.now());
});

it("a request does not wait for the budget, and shows what is stored", async () => {
  await brim.control(`/checkout/${sessionId}/pay`, {});
  changeSettings({ STRIPE_LOOK_UPS_PER_SECOND: "1" });
  await pool().query(
    "INSERT INTO stripe_look_up_budget (id, next_at) VALUES (1, now() + interval '30 s') ON CONFLICT (id) DO UPDATE SET next_at = excluded.next_at",
  );

  const busy = await readTopUp(customer.customerId, topUpIntentId);
  await prisma().stripeLookUpBudget.deleteMany();
  const free = await readTopUp(customer.customerId, topUpIntentId);

  expect(busy.intent.status).toBe("open");
  expect(free.intent.status).toBe("succeeded"); // the refused look-up did not count
});

it("every credit is counted in the histogram of the time to spendable, once", async () => {
  const count = async () =>
    (await pool().query<{ n: string }>("SELECT coalesce(sum(count), 0)::text AS n FROM topup_delay")).rows[0]
      ?.n;
  const before = Number(await count());
  await brim.control(`/checkout/${sessionId}/pay`, {});

  // The budget may be used up by the tests before this one.
  let now = Date.now();
  const status = async () => {
    now += 60_000;
    return (await readTopUp(customer.customerId, topUpIntentId, new Date(now))).intent.status;
  };
  await expect.poll(status).toBe("succeeded");
  await status();

  expect(Number(await count())).toBe(before + 1);
});

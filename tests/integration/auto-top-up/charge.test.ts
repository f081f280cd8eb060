import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { advanceCharge, evaluateAutoTopUp } from "@/lib/auto-charge";
import { prisma } from "@/lib/platform/db";
import { newId } from "@/lib/platform/ids";
import { refOf } from "@/lib/top-ups";
import {
  anAutoCustomer,
  autoTopUps,
  availableOf,
  enable,
  finishCharge,
  give,
  invoicesAtStripe,
  mailKindsOf,
  outcomesOf,
  ruleOf,
  spend,
} from "@/tests/support/auto-top-up";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { deliverAbout } from "@/tests/support/paid-top-up";
import { SimulatedTime } from "@/tests/support/simulated-time";
import { runTasks } from "@/tests/support/tasks";

let brim: RunningBrim;
let time: SimulatedTime;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
  time = new SimulatedTime(brim);
});
afterEach(() => expectLedgerVerified());
afterAll(() => brim.stop());

describe("a debit that takes the balance below the threshold", () => {
  it("charges the card once and credits the amount without tax, even if no webhook arrives", async () => {
    const customer = await anAutoCustomer(brim, { country: "DE" });

    await spend(customer, "25.00");
    await runTasks();
    await runTasks();

    expect(await availableOf(customer)).toBe("25.00");
    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2380"]);
    expect(await outcomesOf(customer)).toEqual(["above_threshold", "fired"]);
    const [topUp] = await autoTopUps(customer);
    expect(topUp).toMatchObject({ status: "succeeded", amountCents: 2000, totalCents: 2380, taxCents: 380 });
    expect(await mailKindsOf(customer)).toEqual(["auto_topup_succeeded"]);
    expect(await ruleOf(customer)).toBe("on");
  });

  it("charges once for 64 concurrent debits", async () => {
    const customer = await anAutoCustomer(brim, { balance: 74 });

    await Promise.all(Array.from({ length: 64 }, () => spend(customer, "1.00")));
    await spend(customer, "1.00");
    await Promise.all([runTasks(), runTasks()]);

    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
    expect(await availableOf(customer)).toBe("29.00");
  });

  it("charges once when several processes advance the charge at the same time", async () => {
    const customer = await anAutoCustomer(brim);
    await spend(customer, "25.00");
    const { intent } = (await evaluateAutoTopUp(customer.customerId, time.now)) ?? {};
    if (!intent) throw new Error("No top-up was started.");
    const { topUpIntentId, customerId } = intent;
    // All of them find that the invoice may have been asked for, and none at Stripe.
    await prisma().topUpIntent.update({
      where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
      data: { chargeStartedAt: time.now },
    });

    await Promise.allSettled(Array.from({ length: 4 }, () => advanceCharge(refOf(intent), time.now)));
    await finishCharge(time, customer);

    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
    expect(await availableOf(customer)).toBe("25.00");
  });
});

describe("six debits within ten minutes that each cross the threshold", () => {
  it("lead to one charge and one email", async () => {
    const customer = await anAutoCustomer(brim, { balance: 29 });

    for (let debit = 1; debit <= 6; debit++) {
      await spend(customer, "20.00");
      await time.run(customer);
      if (debit > 1) await give(customer, 20); // by other means, so that the next one crosses the threshold too
      await time.pass(1.5 / 60);
    }

    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
    expect(await mailKindsOf(customer)).toEqual(["auto_topup_succeeded"]);
    expect(await outcomesOf(customer)).toEqual(["above_threshold", "fired", "cooldown"]);
  });
});

describe("a balance that fell while something prevented a top-up", () => {
  it("is topped up when the cooldown ends, without another debit", async () => {
    const customer = await anAutoCustomer(brim);
    await spend(customer, "25.00");
    await time.run(customer);
    await spend(customer, "20.00");
    await time.run(customer);
    expect(await outcomesOf(customer)).toEqual(["above_threshold", "fired", "cooldown"]);

    await time.pass(0.2);

    expect(await availableOf(customer)).toBe("25.00");
  });

  it("is topped up on the first of the next month when the monthly cap was reached", async () => {
    const customer = await anAutoCustomer(brim, { rule: { monthly_cap_usd: "20.00" } });
    await spend(customer, "25.00");
    await time.run(customer);
    await time.pass(1);
    await spend(customer, "20.00");
    await time.run(customer);
    const { now } = time;
    const nextMonth = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
    const hoursLeft = (nextMonth - now.getTime()) / 3_600_000;
    expect((await outcomesOf(customer)).at(-1)).toBe("monthly_cap");

    await time.pass(hoursLeft - 0.01);
    expect(await availableOf(customer)).toBe("5.00");
    await time.pass(0.02);

    expect(await availableOf(customer)).toBe("25.00");
    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000", "paid 2000"]);
  });

  it("is topped up when the card network replaces the card that had expired", async () => {
    const customer = await anAutoCustomer(brim);
    const { paymentMethodId: id, stripeCustomerId } = customer;
    await brim.control(`/payment_methods/${id}/decline`, { decline_code: "expired_card" });
    await spend(customer, "25.00");
    await time.run(customer);
    expect(await ruleOf(customer)).toBe("payment_method_expired");
    await time.pass(1);

    await brim.control(`/payment_methods/${id}/accept`);
    await brim.control(`/payment_methods/${id}/update`, {});
    const card = { id, object: "payment_method", customer: stripeCustomerId };
    await deliverAbout(brim, "payment_method.automatically_updated", card);
    await time.sweep();

    expect(await ruleOf(customer)).toBe("on");
    expect(await availableOf(customer)).toBe("25.00");
    expect(await invoicesAtStripe(brim, customer)).toEqual(["void 2000", "paid 2000"]);
  });

  it("further during the wait after a decline is topped up by the retry, without another debit", async () => {
    const customer = await anAutoCustomer(brim);
    const { paymentMethodId: id } = customer;
    await brim.control(`/payment_methods/${id}/decline`, { decline_code: "insufficient_funds" });
    await spend(customer, "25.00");
    await time.run(customer);
    await spend(customer, "4.50");
    await brim.control(`/payment_methods/${id}/accept`);

    await time.pass(24.1);

    expect(await availableOf(customer)).toBe("20.50");
    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
  });

  it("is topped up after a refused charge", async () => {
    const customer = await anAutoCustomer(brim, { balance: 5, rule: null });
    await enable(customer, { threshold_usd: "5.00" });
    await runTasks();
    await give(customer, -1);

    const refused = await spend(customer, "10.00");
    await runTasks();

    expect(refused.status).toBe(402);
    expect(await availableOf(customer)).toBe("24.00");
  });
});

it("the database allows one unresolved automatic top-up of a customer", async () => {
  const customer = await anAutoCustomer(brim);
  await spend(customer, "25.00");
  const { intent } = (await evaluateAutoTopUp(customer.customerId, time.now)) ?? {};
  if (!intent?.invoiceParams) throw new Error("No top-up was started.");
  const { invoiceParams, sessionParams: _none, ...columns } = intent;
  const another = { ...columns, invoiceParams, topUpIntentId: newId("topUp") };

  await expect(prisma().topUpIntent.create({ data: another })).rejects.toMatchObject({ code: "P2002" });
  await prisma().topUpIntent.create({ data: { ...another, status: "canceled" } });
});

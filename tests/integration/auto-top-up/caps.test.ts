import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { evaluateAutoTopUp } from "@/lib/auto-charge";
import { prisma } from "@/lib/platform/db";
import {
  anAutoCustomer,
  autoTopUps,
  availableOf,
  give,
  invoicesAtStripe,
  mailKindsOf,
  outcomesOf,
  spend,
} from "@/tests/support/auto-top-up";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { anOperator } from "@/tests/support/operator";
import { deliverAbout } from "@/tests/support/paid-top-up";
import { SimulatedTime } from "@/tests/support/simulated-time";

let brim: RunningBrim;
let time: SimulatedTime;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
  time = new SimulatedTime(brim);
});
afterEach(() => expectLedgerVerified());
afterAll(() => brim.stop());

describe("caps", () => {
  it("hold to the cent when two processes evaluate the rule at the same time", async () => {
    const customer = await anAutoCustomer(brim, { rule: { monthly_cap_usd: "20.00" } });
    await spend(customer, "25.00");

    await Promise.all([1, 2, 3, 4].map(() => evaluateAutoTopUp(customer.customerId, time.now)));

    expect((await autoTopUps(customer)).length).toBe(1);
    expect((await outcomesOf(customer)).filter((outcome) => outcome === "fired").length).toBe(1);
  });

  it("include tax: a draft whose total exceeds a cap is deleted, and is not created again", async () => {
    const customer = await anAutoCustomer(brim, { country: "DE", rule: { monthly_cap_usd: "23.79" } });
    await spend(customer, "25.00");

    await time.run(customer);
    await time.pass(0.5);
    await time.pass(0.5);

    expect(await invoicesAtStripe(brim, customer)).toEqual([]);
    expect((await autoTopUps(customer)).map(({ status }) => status)).toEqual(["canceled"]);
    expect(await outcomesOf(customer)).toEqual(["above_threshold", "fired", "monthly_cap"]);
  });

  it("per day are reported once, and end by themselves or when the customer allows more", async () => {
    const rule = { daily_cap_count: 1 };
    const [patient, busy] = await Promise.all([
      anAutoCustomer(brim, { rule }),
      anAutoCustomer(brim, { rule }),
    ]);
    for (const customer of [patient, busy]) {
      await spend(customer, "25.00");
      await time.run(customer);
      await spend(customer, "20.00");
    }
    await time.pass(0.2);
    expect(await invoicesAtStripe(brim, patient)).toEqual(["paid 2000"]);
    expect(await mailKindsOf(patient)).toEqual(["auto_topup_succeeded", "daily_cap_reached"]);

    const allowed = await busy.post("/api/v1/billing/auto-topup/allow-more", "");
    await time.run(busy);
    await time.pass(24);

    expect(allowed.body.raised_daily_cap_usd).toBe("160.00");
    expect(await invoicesAtStripe(brim, busy)).toEqual(["paid 2000", "paid 2000"]);
    expect(await invoicesAtStripe(brim, patient)).toEqual(["paid 2000", "paid 2000"]);
  });
});

describe("a debit that is not spending", () => {
  it("never charges the card: an adjustment, a refund, a dispute", async () => {
    const customer = await anAutoCustomer(brim);
    await spend(customer, "25.00");
    await time.run(customer);
    const [topUp] = await autoTopUps(customer);
    const { id } = await brim.stripe.refunds.create({ payment_intent: topUp?.stripePaymentIntentId ?? "" });
    await deliverAbout(brim, "refund.created", { id, object: "refund" });
    expect(await availableOf(customer)).toBe("5.00");

    await time.pass(1);
    await give(customer, -1);
    await time.pass(1);

    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
    expect((await outcomesOf(customer)).at(-1)).toBe("idle");
    await spend(customer, "0.01");
    await time.sweep();
    expect(await availableOf(customer)).toBe("23.99");
  });
});

describe("a pause", () => {
  it("by the operator stops charges of one customer or of all customers until it ends", async () => {
    const customer = await anAutoCustomer(brim);
    const operator = await anOperator(brim);
    const reason = { reason: "Card testing" };
    await operator.post(`/api/v1/admin/customers/${customer.customerId}/auto-topup/pause`, reason);
    await operator.post("/api/v1/admin/auto-topup/pause", reason);
    await spend(customer, "25.00");
    await time.run(customer);
    const { body } = await customer.get("/api/v1/billing/auto-topup");
    expect(body).toMatchObject({ enabled: false, disabled_reason: "paused_by_operator" });
    expect((await customer.get("/api/v1/billing/balance")).body.auto_topup_enabled).toBe(false);

    await operator.post(`/api/v1/admin/customers/${customer.customerId}/auto-topup/resume`, reason);
    await time.run(customer);
    expect(await invoicesAtStripe(brim, customer)).toEqual([]);
    await operator.post("/api/v1/admin/auto-topup/resume", reason);
    await time.sweep();

    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
    expect((await customer.get("/api/v1/billing/balance")).body.auto_topup_enabled).toBe(true);
  });
});

describe("if the customer has no", () => {
  it("address for tax, nothing is charged and the rule is disabled", async () => {
    const customer = await anAutoCustomer(brim);
    await brim.stripe.customers.update(customer.stripeCustomerId, { address: "" });
    await spend(customer, "25.00");

    await time.run(customer);

    expect(await invoicesAtStripe(brim, customer)).toEqual([]);
    expect((await outcomesOf(customer)).at(-1)).toBe("address_required");
    const { body } = await customer.get("/api/v1/billing/auto-topup");
    expect(body).toMatchObject({
      disabled_reason: "address_required",
      next_action: { action: "add_address" },
    });
  });

  it("consent to exactly these terms, nothing is charged", async () => {
    const customer = await anAutoCustomer(brim);
    await prisma().autoTopUpRule.update({
      where: { customerId: customer.customerId },
      data: { amountCents: 2_001 },
    });
    await spend(customer, "25.00");

    await time.run(customer);

    expect(await invoicesAtStripe(brim, customer)).toEqual([]);
    expect((await outcomesOf(customer)).at(-1)).toBe("no_consent");
  });

  it("card left, the rule is disabled with the reason", async () => {
    const customer = await anAutoCustomer(brim);

    await customer.delete(`/api/v1/billing/payment-methods/${customer.paymentMethodId}`);
    await spend(customer, "25.00");
    await time.run(customer);

    expect(await invoicesAtStripe(brim, customer)).toEqual([]);
    const { body } = await customer.get("/api/v1/billing/auto-topup");
    expect(body).toMatchObject({
      disabled_reason: "payment_method_detached",
      next_action: { action: "replace_card" },
    });
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { sweepLowBalances } from "@/lib/low-balance";
import { prisma } from "@/lib/platform/db";
import {
  anAutoCustomer,
  autoTopUps,
  availableOf,
  enable,
  give,
  invoicesAtStripe,
  outcomesOf,
  ruleOf,
  saveCard,
  spend,
} from "@/tests/support/auto-top-up";
import { aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { anOperator, expectRefusedField } from "@/tests/support/operator";
import { deliverAbout } from "@/tests/support/paid-top-up";
import { runTasks } from "@/tests/support/tasks";

const PATH = "/api/v1/billing/auto-topup";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
afterEach(() => expectLedgerVerified());
afterAll(() => brim.stop());

function consentsOf({ customerId }: { customerId: string }) {
  return prisma().autoTopUpConsent.findMany({ where: { customerId }, orderBy: { consentId: "asc" } });
}

describe("GET /billing/auto-topup", () => {
  it("is off by default, and names the next step", async () => {
    const customer = await aCustomer(brim);

    const { status, body } = await customer.get(PATH);

    expect(status).toBe(200);
    expect(body).toMatchObject({ enabled: false, threshold_usd: null, consent: null, last_decision: null });
    expect(body.next_action.action).toBe("set_up");
  });
});

describe("PUT /billing/auto-topup", () => {
  it("enables with the default card and defaults for the daily caps, and records the consent", async () => {
    const customer = await anAutoCustomer(brim);

    const { body } = await customer.get(PATH);

    expect(body).toMatchObject({
      enabled: true,
      threshold_usd: "10.00",
      amount_usd: "20.00",
      monthly_cap_usd: "500.00",
      daily_cap_usd: "80.00",
      daily_cap_count: 3,
      payment_method_id: customer.paymentMethodId,
      charges_now_usd: null,
      next_action: { action: "none" },
    });
    const [consent] = await consentsOf(customer);
    expect(body.consent).toEqual({ at: consent?.givenAt.toISOString(), by: consent?.givenBy });
    expect(consent).toMatchObject({ dailyCapCents: 8_000, cardBrand: "visa" });
  });

  it("changes only the fields that are sent; changed terms are a new consent, unchanged terms are not", async () => {
    const customer = await anAutoCustomer(brim);

    await customer.put(PATH, { threshold_usd: "12.00" });
    await customer.put(PATH, { threshold_usd: 12 });
    await customer.put(PATH, {});

    expect((await customer.get(PATH)).body).toMatchObject({ threshold_usd: "12.00", amount_usd: "20.00" });
    expect((await consentsOf(customer)).map(({ thresholdCents }) => thresholdCents)).toEqual([1_000, 1_200]);
  });

  it("announces the charge and makes it at once when the balance is already below the threshold", async () => {
    const customer = await anAutoCustomer(brim, { balance: 3, rule: { enabled: false } });
    expect((await customer.get(PATH)).body.charges_now_usd).toBe("20.00");

    const { body } = await customer.put(PATH, { enabled: true });
    await runTasks();

    expect(body.next_action.action).toBe("charge");
    expect(await availableOf(customer)).toBe("23.00");
  });

  it("turns off without changing the terms, and a manual top-up never turns it on", async () => {
    const customer = await anAutoCustomer(brim);

    const { body } = await customer.put(PATH, { enabled: false });
    await give(customer, -25);
    await spend(customer, "1.00");
    await runTasks();

    expect(body).toMatchObject({ enabled: false, disabled_reason: null, amount_usd: "20.00" });
    expect(await invoicesAtStripe(brim, customer)).toEqual([]);
  });

  it.each([
    ["threshold_usd", { threshold_usd: "4.99" }],
    ["threshold_usd", { threshold_usd: "20.00" }],
    ["amount_usd", { amount_usd: "10.00" }],
    ["amount_usd", { amount_usd: "5000.01" }],
    ["amount_usd", { amount_usd: "20.001" }],
    ["monthly_cap_usd", { monthly_cap_usd: "19.99" }],
    ["monthly_cap_usd", { monthly_cap_usd: "1000000.01" }],
    ["daily_cap_usd", { daily_cap_usd: "19.99" }],
    ["daily_cap_count", { daily_cap_count: 0 }],
    ["payment_method_id", { payment_method_id: "pm_unknown" }],
    ["enabled", { enabled: "yes" }],
  ])("refuses a wrong %s and changes nothing", async (field, change) => {
    const customer = await anAutoCustomer(brim);
    const before = (await customer.get(PATH)).body;

    expectRefusedField(await customer.put(PATH, change), field);

    expect((await customer.get(PATH)).body).toEqual(before);
  });

  it("refuses to enable without a monthly cap, without a card, or with a card that was not saved for it", async () => {
    const customer = await anAutoCustomer(brim, { rule: null });
    const terms = { enabled: true, threshold_usd: "10.00", amount_usd: "20.00" };
    expectRefusedField(await customer.put(PATH, terms), "monthly_cap_usd");

    await prisma().paymentMethod.updateMany({
      where: { customerId: customer.customerId },
      data: { usableOffSession: false },
    });
    expectRefusedField(await customer.put(PATH, { ...terms, monthly_cap_usd: "500" }), "payment_method_id");

    const other = await aCustomer(brim);
    expectRefusedField(await other.put(PATH, { ...terms, monthly_cap_usd: "500" }), "payment_method_id");
    const stolen = { ...terms, monthly_cap_usd: "500", payment_method_id: customer.paymentMethodId };
    expectRefusedField(await other.put(PATH, stolen), "payment_method_id");
    expect(await ruleOf(other)).toBe("off");
  });

  it("answers 409 while the operator has paused the customer", async () => {
    const customer = await anAutoCustomer(brim, { rule: { enabled: false } });
    const operator = await anOperator(brim);
    await operator.post(`/api/v1/admin/customers/${customer.customerId}/auto-topup/pause`, {
      reason: "Fraud",
    });

    const { status, body } = await customer.put(PATH, { enabled: true });

    expect(status).toBe(409);
    expect(body.details).toEqual({ reason: "paused_by_operator" });
  });
});

describe("POST /billing/auto-topup/allow-more", () => {
  it("doubles the daily caps once for 24 hours, and needs an enabled rule", async () => {
    const customer = await anAutoCustomer(brim);
    const raise = () => customer.post(`${PATH}/allow-more`, "");

    await raise();
    const { body } = await raise();

    expect(body.raised_daily_cap_usd).toBe("160.00");
    expect((await consentsOf(customer)).map(({ kind }) => kind)).toEqual(["terms", "allow_more"]);
    await enable(customer, { enabled: false });
    expect((await raise()).status).toBe(409);
  });
});

describe("GET /billing/auto-topup/decisions", () => {
  it("counts consecutive equal decisions instead of repeating them", async () => {
    const customer = await anAutoCustomer(brim);
    await spend(customer, "25.00");
    await runTasks();
    for (let time = 1; time <= 3; time++) {
      await customer.put(PATH, {});
      await runTasks();
    }

    const { body } = await customer.get(`${PATH}/decisions`);

    expect(body.decisions[0]).toMatchObject({ outcome: "above_threshold", count: 3 });
    expect(body.decisions[1]).toMatchObject({ outcome: "fired", available_usd: "5.00", count: 1 });
    expect(await outcomesOf(customer)).toEqual(["above_threshold", "fired", "above_threshold"]);
  });
});

describe("an automatic top-up", () => {
  it("is listed with its source, and its invoice with its page and PDF", async () => {
    const customer = await anAutoCustomer(brim);
    await spend(customer, "25.00");
    await runTasks();
    const [topUp] = await autoTopUps(customer);

    const { body } = await customer.get("/api/v1/billing/invoices");

    expect(body.invoices).toHaveLength(1);
    expect(body.invoices[0]).toMatchObject({
      topup_intent_id: topUp?.topUpIntentId,
      source: "auto",
      status: "succeeded",
      total_usd: "20.00",
    });
    expect(body.invoices[0].hosted_url).toContain("http");
    expect(body.invoices[0].pdf_url).toContain("pdf");
  });
});

describe("a card", () => {
  it("that is detached or whose customer is deleted at Stripe disables the rule", async () => {
    const [detached, deleted] = [await anAutoCustomer(brim), await anAutoCustomer(brim)];
    await brim.control(`/payment_methods/${detached.paymentMethodId}/detach`);
    await brim.stripe.customers.del(deleted.stripeCustomerId);

    const card = { id: detached.paymentMethodId, object: "payment_method", customer: null };
    await deliverAbout(brim, "payment_method.detached", card);
    await deliverAbout(brim, "customer.deleted", { id: deleted.stripeCustomerId, object: "customer" });

    expect(await ruleOf(detached)).toBe("payment_method_detached");
    expect(await ruleOf(deleted)).toBe("payment_method_detached");
  });

  it("that becomes the default at Stripe does not change the rule; a card chosen here does, with a consent", async () => {
    const customer = await anAutoCustomer(brim);
    const newCard = await saveCard(brim, customer, { card: "pm_card_mastercard" });
    await brim.stripe.customers.update(customer.stripeCustomerId, {
      invoice_settings: { default_payment_method: newCard },
    });
    await deliverAbout(brim, "customer.updated", { id: customer.stripeCustomerId, object: "customer" });
    expect((await customer.get(PATH)).body.payment_method_id).toBe(customer.paymentMethodId);

    await customer.post(`/api/v1/billing/payment-methods/${newCard}/default`, "");

    expect((await customer.get(PATH)).body.payment_method_id).toBe(newCard);
    expect((await consentsOf(customer)).at(-1)).toMatchObject({
      paymentMethodId: newCard,
      cardBrand: "mastercard",
    });
  });
});

describe("low-balance thresholds", () => {
  const LEVELS = "/api/v1/billing/low-balance-thresholds";

  it("are replaced as a set, and reported once per crossing", async () => {
    const customer = await anAutoCustomer(brim, { rule: null });
    const { body } = await customer.put(LEVELS, { thresholds_usd: ["5.00", 20] });
    expect(body.thresholds_usd).toEqual(["20.00", "5.00"]);
    const told = () =>
      prisma().customerMail.count({ where: { customerId: customer.customerId, kind: "low_balance" } });

    await sweepLowBalances();
    expect(await told()).toBe(0);
    await spend(customer, "15.00");
    await sweepLowBalances();
    await sweepLowBalances();
    expect(await told()).toBe(1);
    await give(customer, 20);
    await sweepLowBalances();
    await spend(customer, "32.00");
    await sweepLowBalances();

    expect(await told()).toBe(3);
  });

  it.each([
    ["thresholds_usd.0", ["0"]],
    ["thresholds_usd.1", ["5", "5.00"]],
    ["thresholds_usd.0", ["0.001"]],
    ["thresholds_usd", "5"],
  ])("refuse a wrong %s", async (field, thresholds) => {
    const customer = await aCustomer(brim);
    expectRefusedField(await customer.put(LEVELS, { thresholds_usd: thresholds }), field);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { newId } from "@/lib/platform/ids";
import { reconcile, reportCompleteness } from "@/lib/reconciliation";
import {
  type AutoCustomer,
  anAutoCustomer,
  autoTopUps,
  availableOf,
  invoicesAtStripe,
  makeDue,
  ruleOf,
  spend,
} from "@/tests/support/auto-top-up";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { anOperator, type Operator } from "@/tests/support/operator";
import { deliverAbout } from "@/tests/support/paid-top-up";
import { SimulatedTime } from "@/tests/support/simulated-time";

let brim: RunningBrim;
let time: SimulatedTime;
let operator: Operator;
let testStart: Date;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
  operator = await anOperator(brim);
  time = new SimulatedTime(brim);
});
beforeEach(() => {
  testStart = new Date(time.now.getTime() - 1_000); // Stripe counts in seconds
});
afterAll(() => brim.stop());

/** An automatic top-up that was made after the backup: Stripe knows all of it, the database nothing. */
async function aForgottenCharge(
  customer: AutoCustomer,
  { pay = true, of = customer.customerId as string, amount = "2000" } = {},
) {
  const { stripe } = brim;
  const topUpIntentId = newId("topUp");
  const metadata = {
    kind: "auto_topup",
    topup_intent_id: topUpIntentId,
    customer_id: of,
    amount_usd_cents: amount,
  };
  const { id } = await stripe.invoices.create({
    customer: customer.stripeCustomerId,
    currency: "usd",
    auto_advance: false,
    default_payment_method: customer.paymentMethodId,
    pending_invoice_items_behavior: "exclude",
    metadata,
  });
  const price = { currency: "usd", unit_amount: 2_000, product_data: { name: "Balance top-up" } };
  await stripe.invoices.addLines(id, { lines: [{ quantity: 1, price_data: price }] });
  await stripe.invoices.finalizeInvoice(id);
  if (pay) await stripe.invoices.pay(id);
  return { invoiceId: id, topUpIntentId, metadata };
}

async function aCustomerBelow(): Promise<AutoCustomer> {
  const customer = await anAutoCustomer(brim, { tasks: false });
  await spend(customer, "25.00");
  return customer;
}

async function resume({ customerId }: AutoCustomer): Promise<void> {
  const reason = { reason: "Reconciled" };
  const { status } = await operator.post(`/api/v1/admin/customers/${customerId}/auto-topup/resume`, reason);
  expect(status).toBe(200);
}

const alertsOf = async ({ customerId }: AutoCustomer) =>
  (await operator.get(`/api/v1/admin/alerts?status=open&customer_id=${customerId}`)).body.alerts.map(
    ({ kind }: { kind: string }) => kind,
  );

describe("a paid automatic top-up that the database does not know", () => {
  it("is restored and credited by its event, and automatic charges are paused", async () => {
    const customer = await aCustomerBelow();
    const { invoiceId, topUpIntentId, metadata } = await aForgottenCharge(customer);

    await deliverAbout(brim, "invoice.paid", { id: invoiceId, object: "invoice", metadata });
    await time.run(customer);

    expect(await availableOf(customer)).toBe("25.00");
    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
    const { body } = await customer.get(`/api/v1/billing/topups/${topUpIntentId}`);
    expect(body).toMatchObject({ status: "succeeded", amount_usd: "20.00" });
    expect(body.timeline.map(({ what }: { what: string }) => what)).toEqual([
      "auto_started",
      "restored",
      "paid",
      "credited",
    ]);
    expect(await ruleOf(customer)).toBe("paused_by_operator");
    expect(await alertsOf(customer)).toEqual(["auto_top_up_restored"]);
  });

  it("is found before the card is charged again, and not charged after the pause either", async () => {
    const customer = await aCustomerBelow();
    await aForgottenCharge(customer);

    await time.run(customer);
    expect(await availableOf(customer)).toBe("25.00");
    expect(await ruleOf(customer)).toBe("paused_by_operator");
    await resume(customer);
    await makeDue(customer);
    await time.run(customer);

    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
    expect((await autoTopUps(customer)).map(({ status }) => status).toSorted()).toEqual([
      "canceled",
      "succeeded",
    ]);
    await time.pass(1);
    expect(await ruleOf(customer)).toBe("on");
    await spend(customer, "20.00");
    await time.pass(1);
    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000", "paid 2000"]);
  });

  it("counts against the caps", async () => {
    const customer = await anAutoCustomer(brim, { rule: { monthly_cap_usd: "30.00" } });
    const { invoiceId, metadata } = await aForgottenCharge(customer);
    await deliverAbout(brim, "invoice.paid", { id: invoiceId, object: "invoice", metadata });
    await resume(customer);

    await spend(customer, "45.00");
    await time.run(customer);

    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
    expect((await customer.get("/api/v1/billing/auto-topup")).body.last_decision.outcome).toBe("monthly_cap");
  });

  it("is restored by two reconciles at once without any event, with its refund", async () => {
    const customer = await aCustomerBelow();
    const { invoiceId, topUpIntentId } = await aForgottenCharge(customer);
    const { data } = await brim.stripe.invoicePayments.list({ invoice: invoiceId });
    const payment = String(data[0]?.payment.payment_intent);
    await brim.stripe.refunds.create({ payment_intent: payment, amount: 500 });

    const now = time.now;
    const runs = await Promise.all([
      reconcile({ since: testStart, now }),
      reconcile({ since: testStart, now }),
    ]);

    expect(await availableOf(customer)).toBe("20.00");
    expect(runs.flatMap(({ needsPerson }) => needsPerson).join("\n")).not.toContain(topUpIntentId);
    expect(runs.map(({ failed }) => failed)).toEqual([0, 0]);
  });

  it("is restored by the daily report alone", async () => {
    const customer = await aCustomerBelow();
    await aForgottenCharge(customer);

    const report = await reportCompleteness(
      { from: testStart, to: new Date(time.now.getTime() + 60_000) },
      time.now,
    );

    expect(await availableOf(customer)).toBe("25.00");
    expect(report.findings.filter(({ customerId }) => customerId === customer.customerId)).toEqual([]);
  });

  it("is credited only if its payment matches, like any other", async () => {
    const [wrong, payer, named] = [await aCustomerBelow(), await aCustomerBelow(), await aCustomerBelow()];
    const tooMuch = await aForgottenCharge(wrong, { amount: "5000" }); // 20.00 were paid
    const strange = await aForgottenCharge(payer, { of: named.customerId });

    const { needsPerson } = await reconcile({ since: testStart, now: time.now });

    for (const customer of [wrong, payer, named]) expect(await availableOf(customer)).toBe("5.00");
    for (const { topUpIntentId } of [tooMuch, strange]) {
      expect(needsPerson.join("\n")).toContain(topUpIntentId);
    }
  });

  it("of a customer that the database does not know is a finding", async () => {
    const customer = await anAutoCustomer(brim);
    const { invoiceId } = await aForgottenCharge(customer, { of: newId("customer") });

    const report = await reportCompleteness(
      { from: testStart, to: new Date(time.now.getTime() + 60_000) },
      time.now,
    );

    const { data } = await brim.stripe.invoicePayments.list({ invoice: invoiceId });
    const paid = await brim.stripe.paymentIntents.retrieve(String(data[0]?.payment.payment_intent));
    expect(report.findings).toContainEqual(
      expect.objectContaining({ kind: "unknown_customer", stripeObjectId: paid.latest_charge }),
    );
  });
});

it("an unpaid invoice that the database does not know is voided before another one is made", async () => {
  const customer = await aCustomerBelow();
  await aForgottenCharge(customer, { pay: false });

  await time.run(customer);

  expect(await invoicesAtStripe(brim, customer)).toEqual(["void 2000", "paid 2000"]);
  expect(await availableOf(customer)).toBe("25.00");
  expect(await prisma().autoTopUpPause.count({ where: { scope: customer.customerId } })).toBe(0);
});

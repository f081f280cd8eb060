import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { aCustomerWithCard, automaticTopUp, openInvoiceOf } from "../support/sandbox-automatic-top-up";
import { lastEvent } from "../support/sandbox-events";
import { aPaidCharge, eventsAfter } from "../support/sandbox-payments";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;
let made = 0;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

/** Creates an automatic top-up of $25.00 and $4.75 tax; returns its invoice and PaymentIntent. */
async function aPaidInvoice(number?: string) {
  const { customer, card } = await aCustomerWithCard(sandbox, number);
  made += 1;
  const topUp = automaticTopUp(stripe, { customer: customer.id, card: card.id, intent: `topup_${made}` });
  const open = await openInvoiceOf(topUp);
  const before = await lastEvent(stripe);
  const invoice = await topUp.pay(open.id);
  const intent = String(invoice.payments?.data[0]?.payment.payment_intent);
  return { invoice, intent, before };
}

async function typesAfter(mark: Stripe.Event | undefined): Promise<string[]> {
  return (await eventsAfter(stripe, mark)).map(({ type }) => type);
}

it("refunds an automatic top-up in parts, including tax, and leaves its invoice paid", async () => {
  const { invoice, intent } = await aPaidInvoice();
  const mark = await lastEvent(stripe);

  const part = await stripe.refunds.create({ payment_intent: intent, amount: 1190 });
  const rest = await stripe.refunds.create({ payment_intent: intent });
  const more = stripe.refunds.create({ payment_intent: intent, amount: 1 });

  await expect(more).rejects.toMatchObject({ statusCode: 400, code: "charge_already_refunded" });
  expect([part.amount, rest.amount]).toEqual([1190, 1785]);
  expect(await stripe.charges.retrieve(String(rest.charge))).toMatchObject({
    amount: 2975,
    amount_refunded: 2975,
    refunded: true,
  });
  expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({ status: "paid", amount_paid: 2975 });
  const types = await typesAfter(mark);
  for (const type of ["refund.created", "charge.refunded"]) {
    expect(types.filter((candidate) => candidate === type)).toHaveLength(2);
  }
});

it("sends the dispute event of an automatic top-up before its invoice events", async () => {
  const { before, intent } = await aPaidInvoice("4000000000000259");

  const [dispute] = (await stripe.disputes.list({ payment_intent: intent })).data;

  expect(await typesAfter(before)).toEqual([
    "charge.succeeded",
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "payment_intent.succeeded",
    "invoice.updated",
    "invoice.paid",
    "invoice.payment_succeeded",
    "invoice_payment.paid",
  ]);
  expect(dispute).toMatchObject({ amount: 2975, status: "needs_response" });
});

it("reconciles: every balance transaction has a source, and they sum up to the balance", async () => {
  const refunded = await aPaidCharge(sandbox, { cents: 5000 });
  await stripe.refunds.create({ charge: refunded.id, amount: 1500 });
  const failing = await aPaidCharge(sandbox, { cents: 4000, card: "4000000000005126" });
  await stripe.refunds.create({ charge: failing.id });
  const won = await aPaidCharge(sandbox, { cents: 3000, card: "4000000000000259" });
  const [wonDispute] = (await stripe.disputes.list({ charge: won.id })).data;
  await sandbox.control("POST", `/disputes/${wonDispute?.id}/win`);
  const inquired = await aPaidCharge(sandbox, { cents: 2000, card: "4000000000001976" });
  const [inquiry] = (await stripe.disputes.list({ charge: inquired.id })).data;
  await stripe.refunds.create({ charge: inquired.id, amount: 500 });
  await sandbox.control("POST", `/disputes/${inquiry?.id}/escalate`);
  await sandbox.control("POST", `/disputes/${inquiry?.id}/lose`);
  await sandbox.control("POST", "/clock", { advance_seconds: 3 * 86_400 });

  const left = async (charge: Stripe.Charge) => {
    const refunds = (await stripe.refunds.list({ charge: charge.id })).data;
    const disputes = (await stripe.disputes.list({ charge: charge.id })).data;
    let cents = 0;
    for (const { id } of [charge, ...refunds, ...disputes]) {
      for (const { amount } of (await stripe.balanceTransactions.list({ source: id })).data) cents += amount;
    }
    return cents;
  };
  const walked: Stripe.BalanceTransaction[] = [];
  for await (const movement of stripe.balanceTransactions.list({ limit: 3 })) walked.push(movement);
  const balance = await stripe.balance.retrieve();

  expect(await left(refunded)).toBe(3500);
  expect(await left(failing)).toBe(4000);
  expect(await left(won)).toBe(3000);
  // When an inquiry escalates, the bank takes the whole payment, including what was refunded before.
  expect(await left(inquired)).toBe(-500);
  expect(new Set(walked.map(({ id }) => id)).size).toBe(walked.length);
  expect(walked.every(({ source }) => typeof source === "string")).toBe(true);
  for (const { amount, fee, net } of walked) expect(net).toBe(amount - fee);
  const total = [...balance.available, ...balance.pending].reduce((sum, { amount }) => sum + amount, 0);
  expect(walked.reduce((sum, { net }) => sum + net, 0)).toBe(total);
});

it("lists every missed event once, after the last known event or by time and type", async () => {
  const mark = await lastEvent(stripe);
  const first = await aPaidInvoice();
  await aPaidInvoice();
  await stripe.refunds.create({ payment_intent: first.intent, amount: 100 });
  const all = await eventsAfter(stripe, mark);

  const byCursor: string[] = [];
  let cursor = mark?.id;
  for (;;) {
    const page = await stripe.events.list({ limit: 7, ...(cursor && { ending_before: cursor }) });
    byCursor.push(...page.data.map(({ id }) => id).reverse());
    cursor = page.data[0]?.id ?? cursor;
    if (!page.has_more) break;
  }
  const types = ["invoice.paid", "refund.created"];
  const byType: Stripe.Event[] = [];
  const since = { types, created: { gte: mark?.created ?? 0 }, limit: 1 };
  for await (const event of stripe.events.list(since)) byType.push(event);

  expect(byCursor).toEqual(all.map(({ id }) => id));
  const wanted = all.filter(({ type }) => types.includes(type)).map(({ id }) => id);
  expect(wanted).toHaveLength(3);
  expect(byType.map(({ id }) => id)).toEqual(expect.arrayContaining(wanted));
  expect(new Set(byType.map(({ id }) => id)).size).toBe(byType.length);
});

it("lists refunds and disputes by creation time", async () => {
  const old = await aPaidCharge(sandbox, { cents: 1000 });
  await stripe.refunds.create({ charge: old.id, amount: 100 });
  await sandbox.control("POST", `/charges/${old.id}/dispute`, { amount: 200 });
  const { now } = await sandbox.control<{ now: number }>("POST", "/clock", { advance_seconds: 3_600 });
  const young = await aPaidCharge(sandbox, { cents: 1000 });
  const refund = await stripe.refunds.create({ charge: young.id, amount: 100 });
  const dispute = await sandbox.control<Stripe.Dispute>("POST", `/charges/${young.id}/dispute`, {
    amount: 200,
  });

  const created = { gte: now };
  const idsOf = (list: { data: { id: string }[] }) => list.data.map(({ id }) => id);

  expect(idsOf(await stripe.refunds.list({ created }))).toEqual([refund.id]);
  expect(idsOf(await stripe.disputes.list({ created }))).toEqual([dispute.id]);
  expect(idsOf(await stripe.refunds.list({ created: { lt: now } }))).not.toContain(refund.id);
});

import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { lastEvent } from "../support/sandbox-events";
import { aPaidCharge, eventsAfter } from "../support/sandbox-payments";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

const DAY = 86_400;

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

const advance = (seconds: number) => sandbox.control("POST", "/clock", { advance_seconds: seconds });

interface Held {
  available: number | undefined;
  pending: number | undefined;
}

async function held(): Promise<Held> {
  const { available, pending } = await stripe.balance.retrieve();
  const usd = (amounts: { currency: string; amount: number }[]) =>
    amounts.find(({ currency }) => currency === "usd")?.amount;
  return { available: usd(available), pending: usd(pending) };
}

/** The expected balance: the sum of all balance transactions. */
async function summed(): Promise<Held> {
  const sums = { available: 0, pending: 0 };
  for await (const { net, status } of stripe.balanceTransactions.list({ limit: 100 })) {
    sums[status as keyof typeof sums] += net;
  }
  return sums;
}

it("is zero in the account's currency before the first payment", async () => {
  const balance = await stripe.balance.retrieve();

  expect(balance).toMatchObject({
    object: "balance",
    livemode: false,
    available: [{ amount: 0, currency: "usd" }],
    pending: [{ amount: 0, currency: "usd" }],
  });
});

it("adds a payment minus its fee: pending for two days, then available", async () => {
  const before = await held();

  const charge = await aPaidCharge(sandbox, { cents: 10_000 });
  const paid = await held();
  await advance(2 * DAY - 60);
  const almost = await stripe.balanceTransactions.retrieve(String(charge.balance_transaction));
  await advance(60);

  expect(almost).toMatchObject({
    type: "charge",
    reporting_category: "charge",
    amount: 10_000,
    fee: 320,
    net: 9680,
    status: "pending",
    available_on: charge.created + 2 * DAY,
  });
  expect(paid.pending).toBe((before.pending ?? 0) + 9680);
  expect((await stripe.balanceTransactions.retrieve(almost.id)).status).toBe("available");
  expect(await held()).toEqual({ available: (before.available ?? 0) + 9680, pending: before.pending });
});

it("takes a refund from pending funds, and returns it there when the refund fails", async () => {
  const charge = await aPaidCharge(sandbox, { cents: 5000 });
  const paid = await held();

  const refund = await stripe.refunds.create({ charge: charge.id, amount: 2000 });
  const refunded = await held();
  await sandbox.control("POST", `/refunds/${refund.id}/fail`);

  expect(refunded).toEqual({ ...paid, pending: (paid.pending ?? 0) - 2000 });
  expect(await held()).toEqual(paid);
  await advance(2 * DAY);
  expect(await held()).toEqual(await summed());
});

it("takes a chargeback and its fee from the available balance immediately", async () => {
  const charge = await aPaidCharge(sandbox, { cents: 5000 });
  const paid = await held();

  const dispute = await sandbox.control<Stripe.Dispute>("POST", `/charges/${charge.id}/dispute`);
  const taken = await held();
  await sandbox.control("POST", `/disputes/${dispute.id}/win`);

  expect(taken).toEqual({ ...paid, available: (paid.available ?? 0) - 6500 });
  expect(await held()).toEqual({ ...paid, available: (paid.available ?? 0) - 1500 });
  expect(await held()).toEqual(await summed());
});

it("lists balance transactions by type, source, currency and time", async () => {
  const charge = await aPaidCharge(sandbox, { cents: 7000 });
  const refund = await stripe.refunds.create({ charge: charge.id, amount: 500 });
  const mine = { created: { gte: charge.created } };

  const bySource = await stripe.balanceTransactions.list({ source: refund.id });
  const charges = await stripe.balanceTransactions.list({ ...mine, type: "charge", limit: 100 });
  const upperCase = await stripe.balanceTransactions.list({ source: charge.id, currency: "USD" });
  const euros = await stripe.balanceTransactions.list({ currency: "eur" });
  const before = await stripe.balanceTransactions.list({
    source: charge.id,
    created: { lt: charge.created },
  });

  expect(bySource.data.map(({ id }) => id)).toEqual([refund.balance_transaction]);
  expect(charges.data.map(({ id }) => id)).toContain(charge.balance_transaction);
  expect(new Set(charges.data.map(({ type }) => type))).toEqual(new Set(["charge"]));
  expect(upperCase.data).toHaveLength(1);
  expect(euros.data).toEqual([]);
  expect(before.data).toEqual([]);
  expect(bySource.url).toBe("/v1/balance_transactions");
});

it("expands the source of a balance transaction", async () => {
  const charge = await aPaidCharge(sandbox);
  const dispute = await sandbox.control<Stripe.Dispute>("POST", `/charges/${charge.id}/dispute`);

  const [movement] = (await stripe.balanceTransactions.list({ source: dispute.id, expand: ["data.source"] }))
    .data;

  expect(movement?.source).toMatchObject({ object: "dispute", id: dispute.id });
});

it.each([
  ["GET", "/v1/balance_transactions/txn_nope", 404, { code: "resource_missing", param: "id" }],
  ["GET", "/v1/balance_transactions?payout=po_1", 400, { code: "resource_missing", param: "payout" }],
  ["GET", "/v1/balance_transactions?foo=1", 400, { code: "parameter_unknown", param: "foo" }],
  ["GET", "/v1/balance?foo=1", 400, { code: "parameter_unknown", param: "foo" }],
])("rejects %s %s", async (method, path, status, error) => {
  const answer = await sandbox.call(method, path);

  expect(answer.status).toBe(status);
  expect(answer.json.error).toMatchObject({ type: "invalid_request_error", ...error });
});

it("delays a payment's balance transaction until charge.updated when configured to", async () => {
  await sandbox.control("POST", "/captures", { after_seconds: 300 });
  const mark = await lastEvent(stripe);

  const charge = await aPaidCharge(sandbox, { cents: 2000 });
  const refund = await stripe.refunds.create({ charge: charge.id, amount: 500 });
  const before = await stripe.balanceTransactions.list({ source: charge.id });
  await Promise.all([1, 2, 3].map(() => advance(300)));
  await sandbox.control("POST", "/captures", { after_seconds: 0 });

  expect(charge).toMatchObject({ paid: true, captured: true, balance_transaction: null });
  expect(refund.balance_transaction).toEqual(expect.any(String));
  expect(before.data).toEqual([]);
  const told = (await eventsAfter(stripe, mark)).filter(
    ({ data }) => (data.object as { id?: string }).id === charge.id,
  );
  expect(told.map(({ type }) => type)).toEqual(["charge.succeeded", "charge.refunded", "charge.updated"]);
  expect(told.at(-1)?.data.previous_attributes).toEqual({ balance_transaction: null });
  const settled = await stripe.charges.retrieve(charge.id, { expand: ["balance_transaction"] });
  expect(settled).toMatchObject({ amount_refunded: 500, balance_transaction: { amount: 2000, net: 1912 } });
  expect((await stripe.balanceTransactions.list({ source: charge.id })).data).toHaveLength(1);
  expect((await aPaidCharge(sandbox)).balance_transaction).toEqual(expect.any(String));
});

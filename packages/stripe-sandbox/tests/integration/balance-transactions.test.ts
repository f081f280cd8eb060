import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { lastEvent } from "../support/sandbox-events";
import { aBankDebit, aPaidCharge, eventsAfter } from "../support/sandbox-payments";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

const DAY = 86_400;

let sandbox: TestSandbox;
let stripe: Stripe;
/** The latest balance transaction before each test. */
let mark: string | undefined;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());
beforeEach(async () => {
  await behave({ bank_debit_funds: "at_start", refund_failure_type: "refund_failure", settlement: null });
  mark = (await stripe.balanceTransactions.list({ limit: 1 })).data[0]?.id;
});

const behave = (change: object) => sandbox.control("POST", "/behavior", change);
const advance = (seconds: number) => sandbox.control("POST", "/clock", { advance_seconds: seconds });

/** Returns the balance transactions since the test began, oldest first. */
async function booked(): Promise<Stripe.BalanceTransaction[]> {
  const page = await stripe.balanceTransactions.list({ limit: 100, ...(mark && { ending_before: mark }) });
  return page.data.reverse();
}

/** Returns type, reporting category, amount and source of each. */
const shown = (rows: Stripe.BalanceTransaction[]) =>
  rows.map(({ type, reporting_category: category, amount, source }) => [type, category, amount, source]);

it("adds a bank debit as pending before the bank has paid", async () => {
  const { intent, charge } = await aBankDebit(sandbox, { cents: 1500 });
  const [pending] = await booked();

  await sandbox.control("POST", `/payments/${intent}/settle`);

  expect(charge.status).toBe("pending");
  expect(pending).toMatchObject({
    id: charge.balance_transaction,
    type: "payment",
    reporting_category: "charge",
    amount: 1500,
    status: "pending",
    source: charge.id,
  });
  expect(await booked()).toEqual([pending]);
});

it("removes the amount and fee of a failed debit", async () => {
  const { intent, charge } = await aBankDebit(sandbox, { cents: 1500 });

  await sandbox.control("POST", `/payments/${intent}/fail`);

  const rows = await booked();
  const failed = await stripe.charges.retrieve(charge.id);
  expect(shown(rows)).toEqual([
    ["payment", "charge", 1500, charge.id],
    ["payment_failure_refund", "charge_failure", -1500, charge.id],
  ]);
  expect(rows.reduce((sum, { net }) => sum + net, 0)).toBe(0);
  expect(failed).toMatchObject({ status: "failed", failure_balance_transaction: rows[1]?.id });
});

it("adds a debit only once it has settled, when configured to", async () => {
  await behave({ bank_debit_funds: "when_settled" });

  const { intent } = await aBankDebit(sandbox, { cents: 1500 });
  const before = await booked();
  await sandbox.control("POST", `/payments/${intent}/settle`);

  expect(before).toEqual([]);
  expect(shown(await booked())).toMatchObject([["payment", "charge", 1500, expect.any(String)]]);
});

it("records a payment, a refund, its failure, a dispute and what the bank returns", async () => {
  const charge = await aPaidCharge(sandbox, { cents: 5000 });
  const refund = await stripe.refunds.create({ charge: charge.id, amount: 1000 });
  await sandbox.control("POST", `/refunds/${refund.id}/fail`);
  const dispute = await sandbox.control<Stripe.Dispute>("POST", `/charges/${charge.id}/dispute`);
  await sandbox.control("POST", `/disputes/${dispute.id}/win`);

  const rows = await booked();

  expect(shown(rows)).toEqual([
    ["charge", "charge", 5000, charge.id],
    ["refund", "refund", -1000, refund.id],
    ["refund_failure", "refund_failure", 1000, refund.id],
    ["adjustment", "dispute", -5000, dispute.id],
    ["adjustment", "dispute_reversal", 5000, dispute.id],
  ]);
  expect(rows.map(({ fee }) => fee)).toEqual([175, 0, 0, 1500, 0]);
  for (const { amount, fee, net } of rows) expect(net).toBe(amount - fee);
  expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({
    failure_balance_transaction: rows[2]?.id,
  });
});

it("records a failed refund as an adjustment, when configured to", async () => {
  await behave({ refund_failure_type: "adjustment" });
  const charge = await aPaidCharge(sandbox);
  const refund = await stripe.refunds.create({ charge: charge.id, amount: 1000 });

  await sandbox.control("POST", `/refunds/${refund.id}/fail`);

  expect(shown(await booked()).at(-1)).toEqual(["adjustment", "refund_failure", 1000, refund.id]);
});

it("returns the part of a lost dispute that had been refunded before it", async () => {
  const charge = await aPaidCharge(sandbox, { cents: 5000 });
  const dispute = await sandbox.control<Stripe.Dispute>("POST", `/charges/${charge.id}/dispute`);
  const before = await lastEvent(stripe);

  const lost = await sandbox.control<Stripe.Dispute>("POST", `/disputes/${dispute.id}/lose`, {
    returned: 1200,
  });

  const types = (await eventsAfter(stripe, before)).map(({ type }) => type);
  expect(lost.status).toBe("lost");
  expect(lost.balance_transactions.map(({ amount }) => amount)).toEqual([-5000, 1200]);
  expect(types).toEqual(["charge.dispute.funds_reinstated", "charge.dispute.closed"]);

  const won = await sandbox.control<Stripe.Dispute>("POST", `/disputes/${dispute.id}/win`);
  expect(won.balance_transactions.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
});

it("converts to the account's settlement currency", async () => {
  await behave({ settlement: { currency: "eur", exchange_rate: 0.9 } });

  const charge = await aPaidCharge(sandbox, { cents: 2500 });
  await stripe.refunds.create({ charge: charge.id });

  const rows = await booked();
  expect(rows).toMatchObject([
    { amount: 2250, currency: "eur", exchange_rate: 0.9, fee: 93, net: 2157 },
    { amount: -2250, currency: "eur", exchange_rate: 0.9 },
  ]);
  const euros = await stripe.balanceTransactions.list({ currency: "eur", limit: 2 });
  expect(euros.data.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).reverse());
});

it.each([
  ["stripe_fee", "fee", -200],
  ["tax_fee", "tax", -38],
  ["adjustment", "other_adjustment", 1],
  ["topup", "topup", 10_000],
])("records a %s, which has no payment", async (type, category, amount) => {
  await sandbox.control("POST", "/balance_transactions", { type, amount });

  expect(shown(await booked())).toEqual([[type, category, amount, null]]);
});

it("pays out the available balance, and lists the transactions in the payout", async () => {
  const charge = await aPaidCharge(sandbox, { cents: 5000 });
  await advance(2 * DAY);
  const before = await lastEvent(stripe);
  const { available } = await stripe.balance.retrieve();
  const usd = available.find(({ currency }) => currency === "usd")?.amount;

  const payout = await sandbox.control<Stripe.Payout>("POST", "/payouts");
  const parts = await stripe.balanceTransactions.list({ payout: payout.id, limit: 100 });
  await advance(2 * DAY);

  expect(payout).toMatchObject({ amount: usd, automatic: true, status: "pending" });
  expect(parts.data[0]).toMatchObject({
    id: payout.balance_transaction,
    type: "payout",
    amount: -(usd ?? 0),
  });
  expect(parts.data.map(({ id }) => id)).toContain(charge.balance_transaction);
  expect(await stripe.payouts.retrieve(payout.id)).toMatchObject({
    status: "paid",
    reconciliation_status: "completed",
  });
  const told = (await eventsAfter(stripe, before)).map(({ type }) => type);
  expect(told).toEqual([
    "payout.created",
    "payout.updated",
    "payout.paid",
    "payout.reconciliation_completed",
  ]);
});

it("reverses a payout that the bank returns", async () => {
  await sandbox.control("POST", "/balance_transactions", { type: "topup", amount: 900 });
  const payout = await sandbox.control<Stripe.Payout>("POST", "/payouts", { amount: 900 });

  const failed = await sandbox.control<Stripe.Payout>("POST", `/payouts/${payout.id}/fail`);

  const rows = (await booked()).slice(1);
  expect(shown(rows)).toEqual([
    ["payout", "payout", -900, payout.id],
    ["payout_failure", "payout_reversal", 900, payout.id],
  ]);
  expect(failed).toMatchObject({
    status: "failed",
    failure_balance_transaction: rows[1]?.id,
    automatic: false,
  });
  expect((await stripe.payouts.list({ status: "failed" })).data.map(({ id }) => id)).toContain(payout.id);
  await expect(sandbox.control("POST", "/payouts", { amount: 10 ** 9 })).rejects.toThrow(
    /insufficient funds/,
  );
});

import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aCustomerWithCard, automaticTopUp, openInvoiceOf } from "../support/sandbox-automatic-top-up";
import { aPaidCharge } from "../support/sandbox-payments";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";
import { startWebhookReceiver } from "../support/webhook-receiver";

const HOUR = 3_600;

let sandbox: TestSandbox;
let stripe: Stripe;
/** When the second and the third object of each type were created. */
const times: number[] = [];

/** Creates three objects of each type, an hour apart. */
beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
  const { customer, card } = await aCustomerWithCard(sandbox);
  for (const round of [1, 2, 3]) {
    const { now } = await sandbox.control<{ now: number }>("POST", "/clock", { advance_seconds: HOUR });
    times.push(now);
    const charge = await aPaidCharge(sandbox, { card: "4000000000005423" });
    await stripe.refunds.create({ charge: charge.id, amount: 100 });
    await sandbox.control("POST", `/charges/${charge.id}/dispute`);
    const topUp = automaticTopUp(stripe, { customer: customer.id, card: card.id, intent: `topup_${round}` });
    const invoice = await topUp.pay((await openInvoiceOf(topUp)).id);
    await stripe.creditNotes.create({ invoice: invoice.id, out_of_band_amount: 100 });
    await stripe.customers.createBalanceTransaction(customer.id, { amount: 1, currency: "usd" });
    await stripe.customers.createBalanceTransaction(customer.id, { amount: -1, currency: "usd" });
    await sandbox.control("POST", "/balance_transactions", { type: "topup", amount: 50_000 });
    await sandbox.control("POST", "/payouts", { amount: 100 });
  }
});
afterAll(() => sandbox.stop());

const PATHS = [
  "/v1/balance_transactions",
  "/v1/charges",
  "/v1/checkout/sessions",
  "/v1/credit_notes",
  "/v1/customers",
  "/v1/disputes",
  "/v1/events",
  "/v1/invoices",
  "/v1/payment_intents",
  "/v1/payouts",
  "/v1/radar/early_fraud_warnings",
  "/v1/refunds",
];

interface Listed {
  id: string;
  created: number;
}

const ids = (items: Listed[]) => items.map(({ id }) => id);

async function list(path: string, query = ""): Promise<{ data: Listed[]; has_more: boolean }> {
  const size = query.includes("limit=") ? "" : "limit=100&";
  const { status, json } = await sandbox.call("GET", `${path}?${size}${query}`);
  expect(status).toBe(200);
  return json;
}

describe.each(PATHS)("GET %s", (path) => {
  it("lists newest first and filters by time: half-open, exact, or open-ended", async () => {
    const [, second = 0, third = 0] = times;
    const all = (await list(path)).data;
    const within = (from: number, to: number) =>
      ids(all.filter(({ created }) => created >= from && created < to));

    const between = await list(path, `created[gte]=${second}&created[lt]=${third}`);
    const after = await list(path, `created[gt]=${third - 1}`);
    const until = await list(path, `created[lte]=${second - 1}`);
    const exact = await list(path, `created=${all[0]?.created}`);

    expect(all.map(({ created }) => created)).toEqual(
      all.map(({ created }) => created).sort((a, b) => b - a),
    );
    expect(ids(between.data)).toEqual(within(second, third));
    expect(between.data.length).toBeGreaterThan(0);
    expect(ids(after.data)).toEqual(within(third, Number.POSITIVE_INFINITY));
    expect(ids(until.data)).toEqual(within(0, second));
    expect(ids(exact.data)).toEqual(within(all[0]?.created ?? 0, (all[0]?.created ?? 0) + 1));
  });

  it("pages in both directions without gaps or duplicates, and returns at most a hundred", async () => {
    const all = ids((await list(path)).data);
    const seen: string[] = [];
    let more = true;
    while (more && seen.length < 200) {
      const page = await list(path, `limit=2${seen.length > 0 ? `&starting_after=${seen.at(-1)}` : ""}`);
      seen.push(...ids(page.data));
      more = page.has_more && seen.length < 8;
    }
    const back = await list(path, `limit=2&ending_before=${seen.at(-1)}`);
    const tooMany = await sandbox.call("GET", `${path}?limit=101`);

    expect(seen).toEqual(all.slice(0, seen.length));
    expect(ids(back.data)).toEqual(seen.slice(-3, -1));
    expect(tooMany).toMatchObject({ status: 400, json: { error: { param: "limit" } } });
  });
});

it("expands the references of listed objects, four levels deep", async () => {
  const [warning] = (
    await stripe.radar.earlyFraudWarnings.list({ limit: 1, expand: ["data.charge.balance_transaction"] })
  ).data;
  const [note] = (await stripe.creditNotes.list({ limit: 1, expand: ["data.invoice.customer"] })).data;
  const [payout] = (await stripe.payouts.list({ limit: 1, expand: ["data.balance_transaction"] })).data;

  expect(warning?.charge).toMatchObject({
    object: "charge",
    balance_transaction: { object: "balance_transaction" },
  });
  expect(note?.invoice).toMatchObject({ object: "invoice", customer: { object: "customer" } });
  expect(payout?.balance_transaction).toMatchObject({ amount: -100, source: payout?.id });
});

describe("GET /v1/events", () => {
  it("accepts one type with a wildcard, or up to twenty exact types", async () => {
    const disputes = await stripe.events.list({ type: "charge.dispute.*", limit: 100 });
    const two = await stripe.events.list({ types: ["refund.created", "payout.created"], limit: 100 });
    const many = Array.from({ length: 21 }, (_, index) => `charge.${index}`);

    expect(new Set(disputes.data.map(({ type }) => type))).toEqual(
      new Set(["charge.dispute.created", "charge.dispute.funds_withdrawn"]),
    );
    expect(new Set(two.data.map(({ type }) => type))).toEqual(new Set(["refund.created", "payout.created"]));
    await expect(stripe.events.list({ types: many })).rejects.toMatchObject({
      statusCode: 400,
      param: "types",
    });
    await expect(stripe.events.list({ type: "refund.*", types: ["refund.created"] })).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  it("filters by delivery success", async () => {
    const receiver = await startWebhookReceiver();
    await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ["customer.created"] });
    const delivered = await stripe.customers.create({});
    await receiver.waitFor(1);
    await sandbox.control("POST", "/deliveries/mode", { mode: "drop" });
    const lost = await stripe.customers.create({});
    await expect.poll(() => subjects({ delivery_success: false })).toEqual([lost.id]);

    expect(await subjects({ delivery_success: true, limit: 1 })).toEqual([delivered.id]);
    await sandbox.control("POST", "/deliveries/mode", { mode: "deliver" });
    await receiver.stop();
  });

  async function subjects(params: Stripe.EventListParams): Promise<string[]> {
    const events = await stripe.events.list({ type: "customer.created", ...params });
    return events.data.map(({ data }) => (data.object as { id: string }).id);
  }
});

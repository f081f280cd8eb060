import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cardSetupParams, pageFields, topUpParams } from "../support/checkout-params";
import { type RunningSyncEngine, startSyncEngine } from "../support/sync-engine";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

const SECRET = "whsec_foreign_consumer";

let sandbox: TestSandbox;
let listener: RunningSyncEngine;
let account: Account;

/** All objects of the account that the engine has a table for, by table. */
type Account = Record<string, object[]>;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  const options = { stripe: sandbox.stripe, secretKey: sandbox.secretKey, webhookSecret: SECRET };
  listener = await startSyncEngine(options);
  const { webhookUrl: url } = listener;
  await sandbox.restart({ webhook: { url, secret: SECRET } });
  // The engine orders changes by whole seconds, so related changes must not happen within the same second.
  await sandbox.control("POST", "/deliveries/mode", { mode: "hold" });
  for (const step of aDay(sandbox.stripe)) {
    await step();
    await sandbox.control("POST", "/clock", { advance_seconds: 2 });
  }
  await sandbox.control("POST", "/deliveries/mode", { mode: "deliver" });
  await untilDelivered();
  account = await readAccount(sandbox.stripe);
});
afterAll(async () => {
  await sandbox.stop();
  await listener.stop();
});

/** Creates, pays, declines, invoices, refunds, saves and removes objects, one change after the other. */
function aDay(stripe: Stripe): (() => Promise<unknown>)[] {
  const address = { country: "DE", line1: "Hauptstr. 1", city: "Berlin", postal_code: "10115" };
  const lines = Array.from({ length: 12 }, (_, index) => ({ amount: 100, description: `Line ${index + 1}` }));
  let customer = "";
  let session = "";
  let invoice = "";
  const newest = async () => (await stripe.customers.listPaymentMethods(customer)).data[0]?.id ?? "";
  return [
    async () => {
      customer = (await stripe.customers.create({ email: "jenny@example.com", name: "Jenny", address })).id;
      const params = topUpParams(customer, { invoice_creation: { enabled: true } });
      session = (await stripe.checkout.sessions.create(params)).id;
    },
    () => sandbox.submit(session, { ...pageFields, cardNumber: "4000000000000002" }),
    () => sandbox.submit(session, { ...pageFields, save: "on" }),
    async () => {
      const paid = await stripe.checkout.sessions.retrieve(session);
      await stripe.refunds.create({ payment_intent: String(paid.payment_intent), amount: 500 });
    },
    async () => {
      invoice = (await stripe.invoices.create({ customer, automatic_tax: { enabled: true } })).id;
      await stripe.invoices.addLines(invoice, { lines });
    },
    async () => stripe.invoices.pay(invoice, { payment_method: await newest() }),
    async () => {
      invoice = (await stripe.invoices.create({ customer })).id;
      await stripe.invoices.addLines(invoice, { lines });
      await stripe.invoices.finalizeInvoice(invoice);
    },
    () => stripe.invoices.voidInvoice(invoice),
    async () => {
      session = (await stripe.checkout.sessions.create(cardSetupParams(customer))).id;
    },
    () => sandbox.submit(session, { ...pageFields, cardNumber: "5555555555554444" }),
    async () => stripe.paymentMethods.detach(await newest()),
    () => stripe.customers.createTaxId(customer, { type: "eu_vat", value: "DE123456789" }),
    async () => stripe.customers.del((await stripe.customers.create({})).id),
  ];
}

async function untilDelivered(): Promise<void> {
  for (;;) {
    const { data } = await sandbox.control<{ data: { state: string }[] }>("GET", "/deliveries");
    if (data.every(({ state }) => state !== "pending")) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function readAccount(stripe: Stripe): Promise<Account> {
  const all = { limit: 100 };
  const [customer] = (await stripe.customers.list(all)).data;
  const invoices = (await stripe.invoices.list(all)).data;
  return {
    customers: (await stripe.customers.list(all)).data,
    charges: (await stripe.charges.list(all)).data,
    payment_intents: (await stripe.paymentIntents.list(all)).data,
    payment_methods: (await stripe.customers.listPaymentMethods(customer?.id ?? "", all)).data,
    setup_intents: (await stripe.setupIntents.list(all)).data,
    refunds: (await stripe.refunds.list(all)).data,
    checkout_sessions: (await stripe.checkout.sessions.list(all)).data,
    invoices: await Promise.all(invoices.map((invoice) => withAllLines(stripe, invoice))),
  };
}

/** The engine fetches the lines that the invoice itself does not include. */
async function withAllLines(stripe: Stripe, invoice: Stripe.Invoice): Promise<object> {
  const { data } = await stripe.invoices.listLineItems(invoice.id, { limit: 100 });
  return { ...invoice, lines: { ...invoice.lines, data, has_more: false } };
}

/** Fails unless the table contains exactly these objects, equal in every field that has a column. */
function expectSameRows(rows: Map<string, Record<string, unknown>>, objects: object[]): void {
  const wanted = objects as { id: string }[];
  expect([...rows.keys()].sort()).toEqual(wanted.map(({ id }) => id).sort());
  for (const object of wanted) {
    const row = rows.get(object.id) ?? {};
    const shared = Object.entries(plain(object)).filter(([name]) => name in row);
    expect(shared.length).toBeGreaterThan(6);
    const stored = Object.fromEntries(shared.map(([name]) => [name, row[name]]));
    expect(withNumbers(stored, Object.fromEntries(shared))).toEqual(Object.fromEntries(shared));
  }
}

/** The object as sent over HTTP, without what the SDK adds. */
function plain(object: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(object)) as Record<string, unknown>;
}

/** Postgres returns a bigint as text. */
function withNumbers(row: Record<string, unknown>, like: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof like[name] === "number" && typeof value === "string" ? Number(value) : value,
    ]),
  );
}

it("has all of its webhooks accepted by a third-party sync engine", async () => {
  const { data } = await sandbox.control<{ data: { state: string; type: string }[] }>("GET", "/deliveries");

  expect(data.length).toBeGreaterThan(30);
  expect(data.filter(({ state }) => state !== "succeeded")).toEqual([]);
  expect(listener.failures).toEqual([]);
});

it.each([
  "customers",
  "charges",
  "payment_intents",
  "setup_intents",
  "refunds",
  "checkout_sessions",
  "invoices",
])("lets the sync engine copy %s from webhooks, equal field by field", async (table) => {
  const rows = await listener.rows(table);
  const live = new Map([...rows].filter(([, row]) => row.deleted !== true));

  expectSameRows(live, account[table] ?? []);
});

it("has a wrong signature rejected by the sync engine", async () => {
  const answer = await fetch(listener.webhookUrl, {
    method: "POST",
    headers: { "Stripe-Signature": "t=1,v1=00" },
    body: "{}",
  });

  expect(answer.status).toBe(400);
  expect(String(listener.failures.pop())).toContain("signature");
});

it("lets the sync engine copy the same rows from its lists alone", async () => {
  const { stripe, secretKey } = sandbox;
  const backfill = await startSyncEngine({ stripe, secretKey, webhookSecret: SECRET });
  const objects = [
    "product",
    "price",
    "customer",
    "invoice",
    "charge",
    "setup_intent",
    "payment_method",
    "payment_intent",
    "dispute",
    "refund",
    "checkout_sessions",
  ] as const;

  for (const object of objects) await backfill.engine.syncBackfill({ object });

  for (const [table, wanted] of Object.entries(account)) expectSameRows(await backfill.rows(table), wanted);
  await backfill.stop();
});

import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createApiKey } from "@/lib/api-keys";
import { createDemoUser } from "@/lib/auth";
import { Brim, BrimError, InvalidRequestError, NoAnswerError, PaymentRequiredError } from "@/lib/client";
import { addMember } from "@/lib/customers";
import { pool } from "@/lib/platform/db";
import { type ApiCustomer, aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { type Fault, type FlakyProxy, startFlakyProxy } from "@/tests/support/flaky-proxy";
import { sessionOf } from "@/tests/support/sign-in/session-of";
import { invoicedTopUp, topUp } from "@/tests/support/spending";

let running: RunningBrim;
let proxy: FlakyProxy;
let customer: ApiCustomer;
let operatorKey: string;
/** Both use the proxy. */
let brim: Brim;
let operator: Brim;

beforeAll(async () => {
  running = await startBrim();
  proxy = await startFlakyProxy(running.url);
  operatorKey = (await createApiKey({ customerId: null, name: "operator", scopes: "all" })).secret;
});
afterAll(async () => {
  await proxy.stop();
  await running.stop();
});

beforeEach(async () => {
  customer = await aCustomer(running);
  await topUp(customer.customerId, "100.00");
  brim = new Brim({ apiKey: customer.key, baseUrl: proxy.url });
  operator = new Brim({ apiKey: operatorKey, baseUrl: proxy.url });
  proxy.next();
  proxy.seen.length = 0;
});

async function countRows(table: string, customerId: string, kind?: string): Promise<number> {
  const [where, values] = kind === undefined ? ["", [customerId]] : ["AND kind = $2", [customerId, kind]];
  const { rows } = await pool().query(`SELECT 1 FROM ${table} WHERE customer_id = $1 ${where}`, values);
  return rows.length;
}

/** Creates a customer with a balance whose calls, and those of the operator, go through their own proxy. */
interface Party {
  customerId: string;
  brim: Brim;
  operator: Brim;
}

/** A call, and a count of its effects. */
type Try = [name: string, call: (party: Party) => Promise<unknown>, count: (id: string) => Promise<number>];

const CALLS: Try[] = [
  [
    "createCharge",
    ({ brim }) => brim.createCharge({ amount_usd: "1.00" }),
    (id) => countRows("ledger_transfer", id, "charge"),
  ],
  [
    "createCharge with a key in the body",
    ({ brim }) => brim.createCharge({ amount_usd: "1.00", idempotency_key: "mine" }),
    (id) => countRows("ledger_transfer", id, "charge"),
  ],
  [
    "createChargeBatch",
    ({ brim }) => brim.createChargeBatch({ charges: [{ amount_usd: "1.00", idempotency_key: "item" }] }),
    (id) => countRows("ledger_transfer", id, "charge"),
  ],
  ["createHold", ({ brim }) => brim.createHold({ amount_usd: "1.00" }), (id) => countRows("ledger_hold", id)],
  [
    "createAdjustment",
    ({ operator, customerId }) =>
      operator.createAdjustment({ customer_id: customerId, amount_usd: "1.00", reason: "x" }),
    (id) => countRows("ledger_transfer", id, "adjustment"),
  ],
  [
    "createCheckoutSession",
    ({ brim }) => brim.createCheckoutSession({ amount_usd: "25.00" }, { idempotencyKey: "mine" }),
    async (id) => (await countRows("topup_intent", id)) - 1, // one funded the customer
  ],
  [
    "createApiKey",
    ({ operator, customerId }) => operator.createApiKey({ customer_id: customerId, name: "new" }),
    async (id) => (await countRows("api_key", id)) - 1,
  ],
];

/** The ways in which a response can be lost or late, so that the request is retried. */
const FAULTS: [string, Fault[]][] = [
  ["the connection breaks before the request arrives", ["cut_before"]],
  ["the connection breaks after the work is done", ["cut_after"]],
  ["the response is lost twice", ["cut_after", "cut_after"]],
  ["a proxy answers 503, then 502", [{ status: 503 }, { status: 502 }]],
  ["a proxy answers 429", [{ status: 429, headers: { "retry-after": "1" } }]],
  ["the response is lost and the retry is rejected", ["cut_after", { status: 504 }]],
];

describe.each(FAULTS)("when %s", (_what, faults) => {
  // Concurrently, because most of the time is spent waiting.
  it.concurrent.each(CALLS)("%s succeeds, under one key, and has one effect", async (_name, call, count) => {
    const unreliable = await startFlakyProxy(running.url);
    const { customerId, key } = await aCustomer(running);
    await topUp(customerId, "100.00");
    unreliable.next(...faults);

    await call({
      customerId,
      brim: new Brim({ apiKey: key, baseUrl: unreliable.url }),
      operator: new Brim({ apiKey: operatorKey, baseUrl: unreliable.url }),
    });

    const { seen } = unreliable;
    await unreliable.stop();
    expect(seen).toHaveLength(faults.length + 1);
    expect(new Set(seen.map((one) => one.key)).size).toBe(1);
    expect(await count(customerId)).toBe(1);
  });
});

it("captures a hold once even if the response is lost", async () => {
  const { hold_id } = await brim.createHold({ amount_usd: "2.00" });
  proxy.next("cut_after", "cut_after");

  const captured = await brim.captureHold({ hold_id, amount_usd: "1.50" });

  expect(captured).toMatchObject({ status: "captured", captured_usd: "1.50" });
  expect(await countRows("ledger_transfer", customer.customerId, "charge")).toBe(1);
});

describe("retries", () => {
  it("are not made without an idempotency key", async () => {
    proxy.next("cut_after");

    const failure = operator.createBillingLink({ customer_id: customer.customerId });

    await expect(failure).rejects.toBeInstanceOf(NoAnswerError);
    expect(proxy.seen).toHaveLength(1);
    expect(await countRows("billing_link", customer.customerId)).toBe(1);
  });

  it("are made after 429, because nothing was done", async () => {
    proxy.next({ status: 429, headers: { "retry-after": "1" } });

    const link = await operator.createBillingLink({ customer_id: customer.customerId });

    expect(link.url).toContain("http");
    const [first, second] = proxy.seen;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  it("stop after the configured number, with the last error", async () => {
    proxy.next({ status: 503 }, { status: 503 }, { status: 502 }, "pass");

    const error = await brim.getBalance().catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ status: 502, code: "NOT_UNDERSTOOD", requestId: null });
    expect(proxy.seen).toHaveLength(3);
    proxy.next({ status: 503 });
    await expect(brim.getBalance({ maxRetries: 0 })).rejects.toMatchObject({ status: 503 });
  });

  it("do not wait for a long retry-after", async () => {
    proxy.next({ status: 429, headers: { "retry-after": "60" } });

    await expect(brim.getBalance()).rejects.toMatchObject({ status: 429, retryAfterSeconds: 60 });
    expect(proxy.seen).toHaveLength(1);
  });

  it("wait for the first of two requests with the same key, and get its response", async () => {
    await running.control("/faults", {
      match: { method: "POST", path: "/v1/checkout/sessions" },
      delayMs: 800,
    });
    const start = () => brim.createCheckoutSession({ amount_usd: "25.00" }, { idempotencyKey: "twice" });

    const [first, second] = await Promise.all([start(), start()]);

    expect(second).toEqual(first);
    expect(proxy.seen.length).toBeGreaterThan(2);
    await running.control("/faults", undefined, "DELETE");
  });

  it("leave one effect per call, with sixty concurrent calls and random faults", async () => {
    const faults: Fault[] = ["cut_before", "cut_after", { status: 503 }, ...Array<Fault>(5).fill("pass")];
    const unreliable = await startFlakyProxy(
      running.url,
      () => faults[Math.floor(Math.random() * faults.length)] ?? "pass",
    );
    const client = new Brim({ apiKey: customer.key, baseUrl: unreliable.url, maxRetries: 12 });

    const charges = await Promise.all(
      Array.from({ length: 60 }, () => client.createCharge({ amount_usd: "1.00" })),
    );

    expect(new Set(charges.map(({ charge_id }) => charge_id)).size).toBe(60);
    expect(await countRows("ledger_transfer", customer.customerId, "charge")).toBe(60);
    expect((await brim.getBalance()).balance_usd).toBe("40.00");
    await unreliable.stop();
    await expectLedgerVerified();
  });
});

describe("errors", () => {
  it("tell what is missing and where to top up, and are not retried", async () => {
    const error = await brim.createCharge({ amount_usd: "100.01" }).catch((thrown: unknown) => thrown);

    if (!(error instanceof PaymentRequiredError)) throw error;
    expect([error.availableUsd, error.requiredUsd]).toEqual(["100.00", "100.01"]);
    expect(error.topupUrl).toBe(`${running.url}/billing?customer=${customer.customerId}`);
    expect(error.requestId).toMatch(/^req_/);
    expect(error).toBeInstanceOf(BrimError);
    expect(proxy.seen).toHaveLength(1);
  });

  it("name the invalid fields", async () => {
    const error = await brim.createCharge({ amount_usd: "-1" }).catch((thrown: unknown) => thrown);

    if (!(error instanceof InvalidRequestError)) throw error;
    expect(error.issues.map(({ path }) => path)).toEqual(["amount_usd"]);
  });

  it("are thrown on a timeout, and with the reason of an abort", async () => {
    proxy.next("hang", "hang");
    const slow = brim.getBalance({ timeoutMs: 200, maxRetries: 1 });
    await expect(slow).rejects.toThrow("No response within 0.2 seconds.");

    proxy.next("hang");
    const stop = new AbortController();
    const given = brim.getBalance({ signal: stop.signal });
    setTimeout(() => stop.abort(new Error("the visitor left")), 100);
    await expect(given).rejects.toThrow("the visitor left");
    await expect(brim.getBalance({ signal: stop.signal })).rejects.toThrow("the visitor left");
  });

  it("contain no secret, and neither does the printed client", async () => {
    const secret = "brim_sk_secret";
    const stranger = new Brim({ apiKey: secret, baseUrl: proxy.url });
    proxy.next("cut_before");
    const lost = await stranger.getBalance({ maxRetries: 0 }).catch((thrown: unknown) => thrown);
    const refused = await stranger.getBalance().catch((thrown: unknown) => thrown);

    expect(refused).toMatchObject({ code: "UNAUTHORIZED", status: 401 });
    for (const thing of [lost, refused, stranger]) {
      expect(inspect(thing, { depth: 9, showHidden: true })).not.toContain(secret);
    }
    expect(() => new Brim({ apiKey: `${secret}\n`, baseUrl: proxy.url })).toThrow(
      "Invalid API key: it contains spaces or non-ASCII characters.",
    );
  });
});

describe("lists", () => {
  it("are read page by page, each item once, and no further than needed", async () => {
    for (let n = 0; n < 7; n++) await brim.createCharge({ amount_usd: "1.00" });
    proxy.seen.length = 0;

    const all: string[] = [];
    for await (const record of brim.listRecords.all({ type: ["charge"], limit: 3 }))
      all.push(record.record_id);
    expect(new Set(all).size).toBe(7);
    expect(proxy.seen).toHaveLength(3);

    for await (const record of brim.listRecords.all({ limit: 3 })) {
      expect(record.record_id).toBe(all[0]);
      break;
    }
    expect(proxy.seen).toHaveLength(4);
  });

  it("can be read one page at a time, and may be empty", async () => {
    const page = await brim.listTopUps({ limit: 1, mode: "payment" });
    expect(page.topups).toHaveLength(1);

    for await (const card of brim.listPaymentMethods.all()) throw new Error(card.payment_method_id);
    for await (const invoice of brim.listInvoices.all()) throw new Error(String(invoice.number));
  });
});

it("opens the portal and lists invoices", async () => {
  await invoicedTopUp(customer.customerId, "5.00", "A-0001");

  expect((await brim.createPortalSession()).url).toContain("/p/session/");
  const numbers: unknown[] = [];
  for await (const { number, total_usd } of brim.listInvoices.all()) numbers.push([number, total_usd]);
  expect(numbers).toEqual([["A-0001", null]]);
});

describe("a page of Brim", () => {
  it("calls with the browser's session and names the customer", async () => {
    const { userId } = await createDemoUser({ email: "owner@example.com", name: "Owner", password: "x" });
    await addMember({ customerId: customer.customerId, userId, role: "owner" });
    const cookie = await sessionOf(userId);
    // Added by browsers automatically.
    const asBrowser: typeof fetch = (url, init) =>
      fetch(url, {
        ...init,
        headers: { ...init?.headers, cookie, origin: running.url },
      });
    const page = new Brim({ customerId: customer.customerId, baseUrl: proxy.url, fetch: asBrowser });

    expect((await page.getBalance()).customer_id).toBe(customer.customerId);
    expect((await page.createCheckoutSession({ amount_usd: "25.00" })).url).toContain("/c/pay/");
    await expect(page.createCharge({ amount_usd: "1.00" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("the complete flow", () => {
  it("from a new customer to a refund works with the client alone", async () => {
    const { customer_id } = await operator.createCustomer({ name: "Globex", email: "globex@example.com" });
    const { api_key } = await operator.createApiKey({ customer_id, name: "Production" });
    const globex = new Brim({ apiKey: api_key ?? "", baseUrl: proxy.url });
    await operator.createAdjustment({ customer_id, amount_usd: "10.00", reason: "Welcome" });

    const charge = await globex.createCharge({ amount_usd: "4.00", description: "a picture" });
    const refund = await operator.refundCharge({
      charge_id: charge.charge_id,
      customer_id,
      amount_usd: "1.00",
    });

    expect(refund).toMatchObject({ amount_usd: "1.00", balance_usd: "7.00" });
    expect((await globex.getUsage()).totals).toContainEqual({ type: "charge", count: 1, amount_usd: "4.00" });
    await operator.freezeCustomer({ customer_id, reason: "a test" });
    await expect(globex.createCharge({ amount_usd: "1.00" })).rejects.toMatchObject({
      code: "FORBIDDEN",
      details: { reason: "account_frozen" },
    });
    expect((await operator.getMetrics()).length).toBeGreaterThan(0);
  });
});

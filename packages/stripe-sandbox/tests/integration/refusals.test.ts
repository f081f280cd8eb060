import qs from "qs";
import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cardSetupParams, topUpParams } from "../support/checkout-params";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

type Changes = Record<string, unknown>;
interface Refusal {
  param?: string | undefined;
  code?: string;
  message?: RegExp;
}

let sandbox: TestSandbox;
let customer: Stripe.Customer;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  customer = await sandbox.stripe.customers.create({ email: "jenny@example.com" });
});
afterAll(() => sandbox.stop());

function encode(params: object): string {
  return qs.stringify(params, { skipNulls: true });
}

async function refusalOf(params: object): Promise<{ status: number; error: Refusal & { message: string } }> {
  const { status, json } = await sandbox.call("POST", "/v1/checkout/sessions", encode(params));
  return { status, error: json.error };
}

const item = {
  quantity: 1,
  price_data: { currency: "usd", unit_amount: 2500, product_data: { name: "Top-up" } },
};
const withPrice = (changes: Changes) => ({
  line_items: [{ ...item, price_data: { ...item.price_data, ...changes } }],
});
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;
const manyKeys = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key${index}`, "x"]));

const topUpRefusals: [string, Changes, Refusal][] = [
  [
    "an unknown parameter",
    { foo: "1" },
    { param: "foo", code: "parameter_unknown", message: /Received unknown parameter: foo/ },
  ],
  [
    "an unknown nested parameter",
    { payment_intent_data: { foo: { bar: "1" } } },
    { param: "payment_intent_data[foo]", code: "parameter_unknown" },
  ],
  [
    "an unknown parameter in a list",
    { line_items: [{ ...item, colour: "red" }] },
    { param: "line_items[0][colour]", code: "parameter_unknown" },
  ],
  ["no mode", { mode: undefined }, { param: "mode", code: "parameter_missing" }],
  ["an unknown mode", { mode: "gift" }, { param: "mode", message: /must be one of/ }],
  ["no line items", { line_items: undefined }, { param: "line_items", code: "parameter_missing" }],
  [
    "a line item without currency",
    withPrice({ currency: undefined }),
    { param: "line_items[0][price_data][currency]", code: "parameter_missing" },
  ],
  [
    "a non-integer amount",
    withPrice({ unit_amount: "25.00" }),
    {
      param: "line_items[0][price_data][unit_amount]",
      code: "parameter_invalid_integer",
      message: /Invalid integer: 25\.00/,
    },
  ],
  [
    "an invalid boolean",
    { automatic_tax: { enabled: "yes" } },
    { param: "automatic_tax[enabled]", message: /Invalid boolean: yes/ },
  ],
  [
    "a string instead of an object",
    { metadata: "x", customer_update: "auto" },
    { message: /Invalid object/ },
  ],
  [
    "an object instead of a list",
    { line_items: { a: item } },
    { param: "line_items", message: /Invalid array/ },
  ],
  [
    "an empty string",
    { client_reference_id: "" },
    { param: "client_reference_id", code: "parameter_invalid_empty" },
  ],
  [
    "payment_method_types",
    { payment_method_types: ["card"] },
    { param: "payment_method_types", code: "payment_method_types_no_longer_supported" },
  ],
  [
    "ui_mode=hosted",
    { ui_mode: "hosted" },
    { param: "ui_mode", message: /must be one of elements, embedded_page, form, or hosted_page/ },
  ],
  ["ui_mode=embedded", { ui_mode: "embedded" }, { param: "ui_mode" }],
  ["ui_mode=custom", { ui_mode: "custom" }, { param: "ui_mode" }],
  [
    "automatic tax without customer_update[address]",
    { customer_update: { name: "auto" }, tax_id_collection: undefined },
    { code: "customer_tax_location_invalid" },
  ],
  [
    "tax ids without customer_update[name]",
    { customer_update: { address: "auto" } },
    { param: "customer_update[name]" },
  ],
  [
    "tax ids without customer_update[address]",
    { customer_update: { name: "auto" }, automatic_tax: undefined },
    { param: "customer_update[address]" },
  ],
  ["customer with customer_email", { customer_email: "a@example.com" }, { param: "customer_email" }],
  ["customer with customer_creation", { customer_creation: "if_required" }, { param: "customer_creation" }],
  ["customer_update without customer", { customer: undefined }, { param: "customer_update" }],
  ["an unknown customer", { customer: "cus_nobody" }, { param: "customer", code: "resource_missing" }],
  [
    "setup_intent_data in payment mode",
    { setup_intent_data: { description: "x" } },
    { param: "setup_intent_data" },
  ],
  [
    "statement_descriptor on a card",
    { payment_intent_data: { statement_descriptor: "X" } },
    { param: "payment_intent_data[statement_descriptor]" },
  ],
  [
    "expires_at in 29 minutes",
    { expires_at: inAnHour() - 31 * 60 },
    { param: "expires_at", message: /at least 30 minutes/ },
  ],
  [
    "expires_at in 25 hours",
    { expires_at: inAnHour() + 24 * 3600 },
    { param: "expires_at", message: /less than 24 hours/ },
  ],
  [
    "a reference of 201 characters",
    { client_reference_id: "x".repeat(201) },
    { param: "client_reference_id" },
  ],
  ["a reference with a space", { client_reference_id: "a b" }, { param: "client_reference_id" }],
  ["51 metadata keys", { metadata: manyKeys }, { param: "metadata" }],
  ["a metadata key of 41 characters", { metadata: { ["k".repeat(41)]: "x" } }, { param: "metadata" }],
  [
    "a metadata value of 501 characters",
    { payment_intent_data: { metadata: { key: "x".repeat(501) } } },
    { param: "payment_intent_data[metadata][key]" },
  ],
  ["49 cents", withPrice({ unit_amount: 49 }), { code: "amount_too_small" }],
  ["more than 999,999.99", withPrice({ unit_amount: 100_000_000 }), { code: "amount_too_large" }],
  ["a negative amount", withPrice({ unit_amount: -1 }), { code: "parameter_invalid_integer" }],
  ["no quantity", { line_items: [{ ...item, quantity: undefined }] }, { param: "line_items[0][quantity]" }],
  [
    "a recurring price",
    withPrice({ recurring: { interval: "month" } }),
    { param: "line_items[0][price_data][recurring]" },
  ],
  [
    "an unknown tax code",
    withPrice({ product_data: { name: "x", tax_code: "txcd_1" } }),
    { code: "resource_missing" },
  ],
  ["an unknown currency", withPrice({ currency: "xyz" }), { param: "line_items[0][price_data][currency]" }],
  ["no success_url", { success_url: undefined }, { param: "success_url", code: "parameter_missing" }],
  ["an invalid success_url", { success_url: "/billing" }, { param: "success_url", code: "url_invalid" }],
  [
    "a javascript: cancel_url",
    { cancel_url: "javascript:alert(1)" },
    { param: "cancel_url", code: "url_invalid" },
  ],
  [
    "cancel_url on an embedded page",
    { ui_mode: "embedded_page", success_url: undefined, return_url: "https://example.com" },
    { param: "cancel_url" },
  ],
  ["return_url on a hosted page", { return_url: "https://example.com" }, { param: "return_url" }],
  [
    "an unsupported parameter",
    { discounts: [{ coupon: "x" }] },
    { param: "discounts", message: /does not support/ },
  ],
];

describe("a top-up session", () => {
  it("is accepted with the parameters that the app sends", async () => {
    const { status } = await sandbox.call("POST", "/v1/checkout/sessions", encode(topUpParams(customer.id)));

    expect(status).toBe(200);
  });

  it.each(topUpRefusals)("is rejected with %s", async (_what, changes, expected) => {
    const { status, error } = await refusalOf({ ...topUpParams(customer.id), ...changes });

    expect(status).toBe(400);
    expect(error).toMatchObject({ type: "invalid_request_error" });
    if (expected.param !== undefined) expect(error.param).toBe(expected.param);
    if (expected.code) expect(error.code).toBe(expected.code);
    if (expected.message) expect(error.message).toMatch(expected.message);
  });

  it("does not need customer_update when the customer already has an address", async () => {
    const settled = await sandbox.stripe.customers.create({
      address: { country: "DE", postal_code: "10115" },
    });

    const session = await sandbox.stripe.checkout.sessions.create(
      topUpParams(settled.id, { customer_update: undefined, tax_id_collection: undefined }),
    );

    expect(session).toMatchObject({ amount_total: 2975, automatic_tax: { status: "complete" } });
  });

  it("accepts payment_method_types from an older API version or without a version", async () => {
    const form = encode({ ...topUpParams(customer.id), ui_mode: "hosted", payment_method_types: ["card"] });

    const older = await sandbox.call("POST", "/v1/checkout/sessions", form, {
      "Stripe-Version": "2025-12-15.clover",
    });
    const response = await fetch(`${sandbox.url}/v1/checkout/sessions`, {
      method: "POST",
      body: form,
      headers: { Authorization: `Basic ${btoa(`${sandbox.secretKey}:`)}` },
    });

    expect(older).toMatchObject({ status: 200, json: { ui_mode: "hosted_page" } });
    expect(response.status).toBe(200);
  });
});

const setupRefusals: [string, Changes, Refusal][] = [
  [
    "neither currency nor payment method types",
    { currency: undefined, allowed_payment_method_types: undefined },
    { param: "currency", code: "parameter_missing" },
  ],
  ["line_items", { line_items: [item] }, { param: "line_items" }],
  ["automatic tax", { automatic_tax: { enabled: true } }, { param: "automatic_tax[enabled]" }],
  ["payment_intent_data", { payment_intent_data: { description: "x" } }, { param: "payment_intent_data" }],
  ["invoice_creation", { invoice_creation: { enabled: true } }, { param: "invoice_creation" }],
  [
    "saved_payment_method_options",
    { saved_payment_method_options: { payment_method_save: "enabled" } },
    { param: "saved_payment_method_options" },
  ],
  [
    "payment_method_types",
    { payment_method_types: ["card"] },
    { code: "payment_method_types_no_longer_supported" },
  ],
  [
    "payment method types without card",
    { allowed_payment_method_types: ["link"] },
    { param: "allowed_payment_method_types" },
  ],
];

describe("a card setup session", () => {
  it("is accepted with the parameters that the app sends", async () => {
    const { status } = await sandbox.call(
      "POST",
      "/v1/checkout/sessions",
      encode(cardSetupParams(customer.id)),
    );

    expect(status).toBe(200);
  });

  it.each(setupRefusals)("is rejected with %s", async (_what, changes, expected) => {
    const { status, error } = await refusalOf({ ...cardSetupParams(customer.id), ...changes });

    expect(status).toBe(400);
    if (expected.param !== undefined) expect(error.param).toBe(expected.param);
    if (expected.code) expect(error.code).toBe(expected.code);
  });
});

describe("any request", () => {
  it.each([
    ["no key", {}, 401],
    ["a wrong key", { Authorization: "Bearer sk_test_wrong" }, 401],
    ["a live key", { Authorization: "Bearer sk_live_0123456789" }, 401],
    ["another scheme", { Authorization: "Digest x" }, 401],
  ])("is rejected with %s", async (_what, headers: Record<string, string>, status) => {
    const response = await fetch(`${sandbox.url}/v1/customers`, { headers });

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error" } });
  });

  it.each([
    ["GET", "/v1/customers/cus_nobody", "id"],
    ["GET", "/v1/checkout/sessions/cs_test_nothing", "session"],
    ["POST", "/v1/checkout/sessions/cs_test_nothing/expire", "session"],
    ["GET", "/v1/payment_intents/pi_nothing", "intent"],
    ["GET", "/v1/setup_intents/seti_nothing", "intent"],
    ["GET", "/v1/payment_methods/pm_nothing", "payment_method"],
    ["GET", "/v1/charges/ch_nothing", "charge"],
    ["GET", "/v1/events/evt_nothing", "id"],
    ["GET", "/v1/balance_transactions/txn_nothing", "id"],
    ["GET", "/v1/webhook_endpoints/we_nothing", "webhook_endpoint"],
  ])("%s %s returns 404 resource_missing", async (method, path, param) => {
    const { status, json } = await sandbox.call(method, path);

    expect(status).toBe(404);
    expect(json.error).toMatchObject({ code: "resource_missing", param });
  });

  it.each(["/v1/nothing", "/v1/subscriptions", "/v1/customers/search", "/v1/checkout/sessions/"])(
    "%s returns an unrecognized URL error",
    async (path) => {
      const { status, json } = await sandbox.call("GET", path);

      expect(status).toBe(404);
      expect(json.error.message).toContain(`Unrecognized request URL (GET: ${path})`);
    },
  );

  it("to an unknown path makes the SDK throw", async () => {
    await expect(sandbox.stripe.subscriptions.list()).rejects.toMatchObject({
      type: "StripeInvalidRequestError",
      statusCode: 404,
    });
  });

  it.each([
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["limit=ten", "limit"],
    ["colour=red", "colour"],
    ["status=shut", "status"],
    ["starting_after=cs_test_nothing", "starting_after"],
    ["created[after]=1", "created[after]"],
    ["expand[]=data.amount_total", "expand"],
  ])("with the query %s is rejected", async (query, param) => {
    // Expansion is only checked when there are rows.
    await sandbox.call("POST", "/v1/checkout/sessions", encode(topUpParams(customer.id)));

    const { status, json } = await sandbox.call("GET", `/v1/checkout/sessions?${query}`);

    expect(status).toBe(400);
    expect(json.error.param).toBe(param);
  });

  it("with an unknown API version is rejected", async () => {
    const { status } = await sandbox.call("GET", "/v1/customers", undefined, {
      "Stripe-Version": "2026-99-99.nope",
    });

    expect(status).toBe(400);
  });

  it("is rejected for an invalid email address", async () => {
    await expect(sandbox.stripe.customers.create({ email: "nobody" })).rejects.toMatchObject({
      code: "email_invalid",
      param: "email",
    });
  });
});

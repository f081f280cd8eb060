import Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { topUpParams } from "../support/checkout-params";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterAll(() => sandbox.stop());

const fault = (body: object) => sandbox.control("POST", "/faults", body);
const get = (path: string, headers?: Record<string, string>) => sandbox.call("GET", path, undefined, headers);
const customersNamed = async (email: string) => (await sandbox.stripe.customers.list({ email })).data;

it("returns 429 with a different code for a locked object and for a rate limit", async () => {
  await fault({ status: 429 });
  const locked = await get("/v1/customers");
  await fault({ status: 429, code: "rate_limit" });
  const limited = await get("/v1/customers");

  expect(locked).toMatchObject({ status: 429, json: { error: { code: "lock_timeout" } } });
  expect(locked.headers.get("stripe-rate-limited-reason")).toBeNull();
  expect(limited).toMatchObject({ status: 429, json: { error: { code: "rate_limit" } } });
  expect(limited.headers.get("stripe-rate-limited-reason")).toBe("global-rate");
  expect((await get("/v1/customers")).status).toBe(200);
});

it.each([true, false, undefined])("sends Stripe-Should-Retry on request (%s)", async (shouldRetry) => {
  await fault({ status: 429, shouldRetry });

  const answer = await get("/v1/customers");

  expect(answer.headers.get("stripe-should-retry")).toBe(
    shouldRetry === undefined ? null : String(shouldRetry),
  );
});

it("makes the SDK retry only the failures that Stripe marks as retryable", async () => {
  const patient = new Stripe(sandbox.secretKey, {
    host: "127.0.0.1",
    port: Number(new URL(sandbox.url).port),
    protocol: "http",
    maxNetworkRetries: 2,
    telemetry: false,
  });

  await fault({ status: 429, times: 1 });
  await expect(patient.customers.create({ email: "once@example.com" })).rejects.toMatchObject({
    statusCode: 429,
  });
  await fault({ status: 429, times: 1, shouldRetry: true });
  await patient.customers.create({ email: "again@example.com" });
  await fault({ status: 500, times: 1, when: "after_commit" });
  await patient.customers.create({ email: "replayed@example.com" });

  expect(await customersNamed("once@example.com")).toHaveLength(0);
  expect(await customersNamed("again@example.com")).toHaveLength(1);
  expect(await customersNamed("replayed@example.com")).toHaveLength(1);
});

it.each([
  [429, "lock_timeout"],
  [409, "idempotency_key_in_use"],
  [500, undefined],
])("can return %i after the work was committed, and replays the result on retry", async (status, code) => {
  const email = `after${status}@example.com`;
  const create = () =>
    sandbox.call("POST", "/v1/customers", `email=${encodeURIComponent(email)}`, {
      "Idempotency-Key": `after-${status}`,
    });
  await fault({ match: { method: "POST", path: "/v1/customers" }, status, when: "after_commit" });

  const lost = await create();
  const found = await create();

  expect(lost.status).toBe(status);
  expect(lost.json.error.code).toBe(code);
  expect(found.headers.get("idempotent-replayed")).toBe("true");
  expect(await customersNamed(email)).toMatchObject([{ id: found.json.id }]);
});

it("replays a declined payment for the same idempotency key without charging again", async () => {
  const pay = () =>
    sandbox.call(
      "POST",
      "/v1/payment_intents",
      "amount=500&currency=usd&confirm=true&payment_method=pm_card_chargeDeclined",
      { "Idempotency-Key": "declined" },
    );

  const first = await pay();
  const again = await pay();

  expect(first).toMatchObject({
    status: 402,
    json: { error: { type: "card_error", code: "card_declined" } },
  });
  expect(again.status).toBe(402);
  expect(again.json).toEqual(first.json);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect((await sandbox.stripe.charges.list()).data).toHaveLength(1);
});

it("delays a response on request", async () => {
  await fault({ match: { path: "/v1/customers" }, delayMs: 300 });
  const startedAt = Date.now();

  const { status } = await get("/v1/customers");

  expect(status).toBe(200);
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(295);
});

it("can close the connection before any work is done", async () => {
  await fault({ match: { method: "POST", path: "/v1/customers" }, reset: true });

  await expect(sandbox.call("POST", "/v1/customers", "email=cut-before%40example.com")).rejects.toThrow();

  expect(await customersNamed("cut-before@example.com")).toEqual([]);
});

it("returns 401 with a WWW-Authenticate header for an invalid API key", async () => {
  const answer = await get("/v1/customers", { Authorization: "Bearer sk_test_wrong_key_0123456789" });

  expect(answer).toMatchObject({
    status: 401,
    json: { error: { type: "invalid_request_error", message: expect.stringMatching(/^Invalid API Key/) } },
  });
  expect(answer.headers.get("www-authenticate")).toBe('Basic realm="Stripe"');
  expect(JSON.stringify(answer.json)).not.toContain("wrong_key");
});

it("echoes the requested API version, defaults to the account's version, and rejects an unknown one", async () => {
  const pinned = await get("/v1/customers");
  const unpinned = await fetch(`${sandbox.url}/v1/customers`, {
    headers: { Authorization: `Bearer ${sandbox.secretKey}` },
  });
  const unknown = await get("/v1/customers", { "Stripe-Version": "2020-13-01" });

  expect(pinned.headers.get("stripe-version")).toBe(Stripe.API_VERSION);
  expect(unpinned.headers.get("stripe-version")).toBe("2025-12-15.clover");
  expect(unknown).toMatchObject({ status: 400, json: { error: { type: "invalid_request_error" } } });
});

it("gives every response its own request ID, including errors", async () => {
  const answers = await Promise.all([
    get("/v1/customers"),
    get("/v1/customers/cus_none"),
    get("/v1/none"),
    get("/v1/customers", { Authorization: "" }),
  ]);

  const ids = answers.map(({ headers }) => headers.get("request-id"));
  expect(new Set(ids).size).toBe(4);
  for (const id of ids) expect(id).toMatch(/^req_\w{14}$/);
});

it("ignores an idempotency key on GET requests", async () => {
  const key = { "Idempotency-Key": "on-a-read" };
  await get("/v1/customers?limit=1", key);

  const other = await get("/v1/customers?limit=2", key);

  expect(other.status).toBe(200);
  expect(other.headers.get("idempotent-replayed")).toBeNull();
});

it("expires an idempotency key after 24 hours on the sandbox's clock", async () => {
  const create = () => sandbox.call("POST", "/v1/customers", "name=Kept", { "Idempotency-Key": "for-a-day" });
  const first = await create();
  const again = await create();
  await sandbox.control("POST", "/clock", { advance_seconds: 25 * 3600 + 1 });

  expect(again.json.id).toBe(first.json.id);
  expect((await create()).json.id).not.toBe(first.json.id);
});

it("rejects the ID of another object type as a cursor", async () => {
  const customer = await sandbox.stripe.customers.create({});

  const answer = await get(`/v1/payment_methods?starting_after=${customer.id}`);

  expect(answer).toMatchObject({
    status: 400,
    json: { error: { code: "resource_missing", param: "starting_after" } },
  });
});

it("pages through the line items of a session in order, in both directions", async () => {
  const item = (name: string) => ({
    quantity: 1,
    price_data: { currency: "usd", unit_amount: 100, product_data: { name } },
  });
  const session = await sandbox.stripe.checkout.sessions.create({
    mode: "payment",
    line_items: ["a", "b", "c"].map(item),
    success_url: "http://127.0.0.1:9/",
  });
  const list = async (query: string) => {
    const { json } = await get(`/v1/checkout/sessions/${session.id}/line_items?${query}`);
    return { names: json.data?.map((line: Stripe.LineItem) => line.description), more: json.has_more };
  };
  const ids = (await sandbox.stripe.checkout.sessions.listLineItems(session.id)).data.map(({ id }) => id);

  expect(await list("limit=2")).toEqual({ names: ["a", "b"], more: true });
  expect(await list(`limit=2&starting_after=${ids[1]}`)).toEqual({ names: ["c"], more: false });
  expect(await list(`limit=1&ending_before=${ids[2]}`)).toEqual({ names: ["b"], more: true });
  const unknown = await get(`/v1/checkout/sessions/${session.id}/line_items?starting_after=li_none`);
  expect(unknown).toMatchObject({ status: 400, json: { error: { param: "starting_after" } } });
});

it("expands at most four levels deep, and in lists only below data", async () => {
  const customer = await sandbox.stripe.customers.create({});
  await sandbox.stripe.checkout.sessions.create(topUpParams(customer.id, { expires_at: undefined }));

  const deep = await get("/v1/checkout/sessions?limit=1&expand[]=data.line_items.data.price.product");
  const four = await get(
    "/v1/checkout/sessions?limit=1&expand[]=data.customer.invoice_settings.default_payment_method",
  );
  const bare = await get("/v1/checkout/sessions?limit=1&expand[]=customer");

  expect(deep).toMatchObject({ status: 400, json: { error: { param: "expand" } } });
  expect(four.json.data[0].customer).toMatchObject({ object: "customer" });
  expect(bare).toMatchObject({ status: 400, json: { error: { param: "expand" } } });
});

it("accepts an existing price as a line item, and rejects an inactive or unknown one", async () => {
  const product = await sandbox.stripe.products.create({ name: "Credit", tax_code: "txcd_10000000" });
  const price = await sandbox.stripe.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 1_500,
    tax_behavior: "exclusive",
    lookup_key: "credit",
  });
  const open = (id: string) =>
    sandbox.stripe.checkout.sessions.create({
      mode: "payment",
      line_items: [{ price: id, quantity: 2 }],
      success_url: "http://127.0.0.1:9/",
    });

  const session = await open(price.id);

  expect(session).toMatchObject({ amount_subtotal: 3_000, currency: "usd" });
  const items = await sandbox.stripe.checkout.sessions.listLineItems(session.id);
  expect(items.data).toMatchObject([{ description: "Credit", price: { id: price.id, active: true } }]);
  await expect(open("price_none")).rejects.toMatchObject({
    code: "resource_missing",
    param: "line_items[0][price]",
  });
  await sandbox.stripe.prices.update(price.id, { active: false });
  await expect(open(price.id)).rejects.toMatchObject({ code: "price_inactive" });
  await expect(
    sandbox.stripe.prices.create({
      product: product.id,
      currency: "usd",
      unit_amount: 1,
      lookup_key: "credit",
    }),
  ).rejects.toMatchObject({ param: "lookup_key" });
});

it("lists and updates products and prices", async () => {
  const product = await sandbox.stripe.products.create({ name: "Listed", active: true });
  const price = await sandbox.stripe.prices.create({
    product_data: { name: "Of its own" },
    currency: "eur",
    unit_amount: 700,
  });

  const renamed = await sandbox.stripe.products.update(product.id, {
    name: "Renamed",
    description: "New",
    metadata: { a: "1" },
  });

  const told = await sandbox.stripe.events.list({ types: ["product.updated", "product.created", "price.*"] });
  expect(told.data.slice(0, 4).map(({ type }) => type)).toEqual([
    "product.updated",
    "price.created",
    "product.created",
    "product.created",
  ]);
  expect(told.data[0]?.data.previous_attributes).toMatchObject({ name: "Listed", description: null });
  expect(renamed).toMatchObject({ name: "Renamed", description: "New", metadata: { a: "1" } });
  expect((await sandbox.stripe.products.list({ active: true })).data.map(({ id }) => id)).toContain(
    product.id,
  );
  expect((await sandbox.stripe.prices.list({ currency: "eur" })).data.map(({ id }) => id)).toEqual([
    price.id,
  ]);
  expect((await sandbox.stripe.prices.list({ product: product.id })).data).toEqual([]);
  await expect(sandbox.stripe.products.create({ id: product.id, name: "Twice" })).rejects.toMatchObject({
    code: "resource_already_exists",
  });
});

it("stores recurring prices but rejects them in a payment session", async () => {
  const product = await sandbox.stripe.products.create({ name: "Monthly" });
  const terms = { product: product.id, currency: "usd", unit_amount: 1500 };
  const price = await sandbox.stripe.prices.create({
    ...terms,
    recurring: { interval: "month", interval_count: 3 },
  });
  const customer = await sandbox.stripe.customers.create({});

  const listed = await sandbox.stripe.prices.list({ product: product.id, type: "recurring" });

  expect(price).toMatchObject({
    type: "recurring",
    recurring: { interval: "month", interval_count: 3, usage_type: "licensed", meter: null },
  });
  expect(listed.data.map(({ id }) => id)).toEqual([price.id]);
  await expect(
    sandbox.stripe.checkout.sessions.create({
      mode: "payment",
      ui_mode: "hosted_page",
      success_url: "http://127.0.0.1:9/done",
      line_items: [{ quantity: 1, price: price.id }],
    }),
  ).rejects.toMatchObject({ statusCode: 400, param: "line_items[0][price]" });
  await expect(
    sandbox.stripe.invoiceItems.create({ customer: customer.id, pricing: { price: price.id } }),
  ).rejects.toMatchObject({ statusCode: 400, message: expect.stringContaining("type=one_time") });
  await expect(
    sandbox.stripe.prices.create({ ...terms, recurring: { interval: "year", interval_count: 4 } }),
  ).rejects.toMatchObject({ param: "recurring[interval_count]" });
  await expect(
    sandbox.stripe.prices.create({ ...terms, recurring: { interval: "month", usage_type: "metered" } }),
  ).rejects.toMatchObject({ param: "recurring[usage_type]" });
});

it("deletes a product without prices, and rejects later references to it", async () => {
  const { products, prices } = sandbox.stripe;
  const sold = await products.create({ name: "Sold" });
  await prices.create({ product: sold.id, currency: "usd", unit_amount: 100 });
  const product = await products.create({ name: "Never sold" });

  const deleted = await products.del(product.id);

  expect(deleted).toMatchObject({ id: product.id, object: "product", deleted: true });
  expect((await products.list({ limit: 100 })).data.map(({ id }) => id)).not.toContain(product.id);
  await expect(products.retrieve(product.id)).rejects.toMatchObject({ statusCode: 404 });
  await expect(
    prices.create({ product: product.id, currency: "usd", unit_amount: 100 }),
  ).rejects.toMatchObject({ code: "resource_missing", param: "product" });
  await expect(products.del(sold.id)).rejects.toMatchObject({
    statusCode: 400,
    message: expect.stringContaining("prices"),
  });
});

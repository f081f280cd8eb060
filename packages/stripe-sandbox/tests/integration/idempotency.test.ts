import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { topUpParams } from "../support/checkout-params";
import { cutConnections, lockObject, untilClaimed } from "../support/sandbox-locks";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

const create = (key: string, form: string, headers: Record<string, string> = {}) =>
  sandbox.call("POST", "/v1/customers", form, { "Idempotency-Key": key, ...headers });

it("replays the first response and marks it as replayed", async () => {
  const first = await create("replay", "email=a%40example.com");
  const again = await create("replay", "email=a%40example.com");

  expect(again.json).toEqual(first.json);
  expect(first.headers.get("idempotent-replayed")).toBeNull();
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(again.headers.get("original-request")).toBe(first.headers.get("request-id"));
  expect(again.headers.get("idempotency-key")).toBe("replay");
});

it("ignores the order of the parameters", async () => {
  const first = await create("order", "name=A&email=a%40example.com");

  expect((await create("order", "email=a%40example.com&name=A")).json).toEqual(first.json);
});

it("creates one session for twenty concurrent requests with one key", async () => {
  const customer = await stripe.customers.create({ email: "jenny@example.com" });
  const params = topUpParams(customer.id);

  const answers = await Promise.allSettled(
    Array.from({ length: 20 }, () => stripe.checkout.sessions.create(params, { idempotencyKey: "twenty" })),
  );

  const ids = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value.id] : []));
  const refused = answers.flatMap((answer) =>
    answer.status === "rejected" ? [answer.reason.statusCode] : [],
  );
  expect(new Set(ids).size).toBe(1);
  expect(new Set(refused).size).toBeLessThanOrEqual(1);
  expect(refused[0] ?? 409).toBe(409);
  expect((await stripe.checkout.sessions.list({ customer: customer.id })).data).toHaveLength(1);
});

it("returns 409 while the first request is running, and replays its response afterwards", async () => {
  const customer = await stripe.customers.create({});
  const rename = () =>
    sandbox.call("POST", `/v1/customers/${customer.id}`, "name=Jo", { "Idempotency-Key": "flight" });
  const release = await lockObject(sandbox.databaseUrl, customer.id);
  const first = rename();
  await untilClaimed(sandbox.databaseUrl, "flight");

  const second = await rename();
  await release();

  expect(second).toMatchObject({
    status: 409,
    json: { error: { type: "idempotency_error", code: "idempotency_key_in_use" } },
  });
  expect((await first).status).toBe(200);
  expect((await rename()).headers.get("idempotent-replayed")).toBe("true");
});

it("rejects different parameters or a different path under the same key", async () => {
  await create("other", "name=A");

  const params = await create("other", "name=B");
  const path = await sandbox.call("POST", "/v1/checkout/sessions", "name=A", { "Idempotency-Key": "other" });

  expect(params).toMatchObject({ status: 400, json: { error: { type: "idempotency_error" } } });
  expect(path).toMatchObject({ status: 400, json: { error: { type: "idempotency_error" } } });
});

it("does not store a request that was rejected before any work was done", async () => {
  const refused = await create("corrected", "nam=A");
  const corrected = await create("corrected", "name=A");

  expect(refused.status).toBe(400);
  expect(corrected.status).toBe(200);
});

it("stores an error that occurred during the work", async () => {
  const form = "customer=cus_nobody";
  const path = "/v1/payment_methods/pm_card_visa/attach";

  const first = await sandbox.call("POST", path, form, { "Idempotency-Key": "missing" });
  const again = await sandbox.call("POST", path, form, { "Idempotency-Key": "missing" });

  expect(first).toMatchObject({ status: 400, json: { error: { code: "resource_missing" } } });
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(again.json).toEqual(first.json);
});

it("replays the completed work after its response was lost", async () => {
  await sandbox.control("POST", "/faults", {
    match: { path: "/v1/customers" },
    status: 500,
    when: "after_commit",
  });
  const lost = await create("lost", "email=lost%40example.com");
  const again = await create("lost", "email=lost%40example.com");

  expect(lost.status).toBe(500);
  expect(again.status).toBe(200);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect((await stripe.customers.list({ email: "lost@example.com" })).data).toHaveLength(1);
});

it("replays the completed work after the connection was closed", async () => {
  await sandbox.control("POST", "/faults", {
    match: { path: "/v1/customers" },
    reset: true,
    when: "after_commit",
  });
  await expect(create("cut", "email=cut%40example.com")).rejects.toThrow();

  expect((await create("cut", "email=cut%40example.com")).headers.get("idempotent-replayed")).toBe("true");
});

it("stores an injected failure when configured to, like a 500 from Stripe", async () => {
  await sandbox.control("POST", "/faults", {
    match: { path: "/v1/customers" },
    status: 500,
    when: "remembered",
  });
  const failed = await create("remembered", "name=A");
  const again = await create("remembered", "name=A");

  expect(failed.status).toBe(500);
  expect(again.status).toBe(500);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
});

it("releases the key of a request that failed because its database connection was closed", async () => {
  const customer = await stripe.customers.create({});
  const rename = () =>
    sandbox.call("POST", `/v1/customers/${customer.id}`, "name=Jo", { "Idempotency-Key": "cut-off" });
  const release = await lockObject(sandbox.databaseUrl, customer.id);
  const failed = rename();
  await untilClaimed(sandbox.databaseUrl, "cut-off");

  await cutConnections(sandbox.databaseUrl, "brim-sandbox");
  expect((await failed).status).toBe(500);
  await release();

  await expect.poll(async () => (await rename()).status).toBe(200);
});

it.each([429, 409, 500])("returns %i before any work is done", async (status) => {
  await sandbox.control("POST", "/faults", {
    match: { method: "POST", path: "/v1/cust*" },
    status,
    when: "before",
  });
  const email = `fault${status}@example.com`;

  const failed = await create(`fault${status}`, `email=${encodeURIComponent(email)}`);

  expect(failed.status).toBe(status);
  expect((await stripe.customers.list({ email })).data).toEqual([]);
});

it("keeps keys across a restart for at least 24 hours", async () => {
  const first = await create("kept", "name=Kept");
  await sandbox.restart();
  await sandbox.control("POST", "/clock", { advance_seconds: 24 * 3600 - 60 });

  const kept = await create("kept", "name=Kept");
  await sandbox.control("POST", "/clock", { advance_seconds: 2 * 3600 });
  const anew = await create("kept", "name=Kept");

  expect(kept.json).toEqual(first.json);
  expect(anew.json.id).not.toBe(first.json.id);
});

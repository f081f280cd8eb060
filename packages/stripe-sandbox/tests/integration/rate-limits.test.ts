import type Stripe from "stripe";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { aPaidCharge } from "../support/sandbox-payments";
import { type RawResponse, startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox({ rateLimits: "live" });
  stripe = sandbox.stripe;
  await limit("off");
});
afterAll(() => sandbox.stop());
afterEach(async () => {
  await limit("off");
  await sandbox.control("DELETE", "/permissions");
});

interface Calls {
  limits: { per_endpoint: number | null; total: number | null };
  seconds: number;
  total: Counted;
  endpoints: Record<string, Counted>;
}

interface Counted {
  calls: number;
  rejected: number;
  busiest_second: number;
}

const limit = (mode: string, own: object = {}) => sandbox.control("POST", "/rate_limits", { mode, ...own });
const calls = () => sandbox.control<Calls>("GET", "/calls");
const restartCount = () => sandbox.control("DELETE", "/calls");

const burst = (count: number, path: string): Promise<RawResponse[]> =>
  Promise.all(Array.from({ length: count }, () => sandbox.call("GET", path)));

const statuses = (answers: RawResponse[]) => answers.map(({ status }) => status);

describe("rate limits", () => {
  it("start as configured in the sandbox's options, and are restored by a reset", async () => {
    await sandbox.control("POST", "/reset");

    expect((await calls()).limits).toEqual({ per_endpoint: 25, total: 100 });
  });

  // The bursts are far above the limits, so that they exceed them on a slow machine too.
  it("reject calls of one endpoint above its limit per second, but not of other endpoints", async () => {
    await restartCount();
    await limit("live", { per_endpoint: 2 });

    const answers = await burst(30, "/v1/events");
    const others = await burst(2, "/v1/customers");

    const rejected = answers.find(({ status }) => status === 429);
    expect(rejected?.json.error).toMatchObject({ type: "invalid_request_error", code: "rate_limit" });
    expect(rejected?.headers.get("stripe-rate-limited-reason")).toBe("endpoint-rate");
    expect(rejected?.headers.get("stripe-should-retry")).toBeNull();
    expect(statuses(others)).toEqual([200, 200]);
    expect((await calls()).endpoints["GET /v1/events"]).toMatchObject({ calls: 30, busiest_second: 2 });
  });

  it("count all endpoints together", async () => {
    await restartCount();
    await limit("test", { total: 3 });

    const bursts = [burst(13, "/v1/refunds"), burst(13, "/v1/charges"), burst(4, "/v1/disputes")];
    const answers = (await Promise.all(bursts)).flat();

    const rejected = answers.filter(({ status }) => status === 429);
    expect(rejected.length).toBeGreaterThan(0);
    for (const { headers } of rejected) expect(headers.get("stripe-rate-limited-reason")).toBe("global-rate");
    expect((await calls()).total).toEqual({ calls: 30, rejected: rejected.length, busiest_second: 3 });
  });

  it("reach the SDK as a rate limit error, before any work and without using the idempotency key", async () => {
    await restartCount();
    await limit("off", { per_endpoint: 1 });
    const create = (name: string) => stripe.customers.create({ name }, { idempotencyKey: name });
    const names = Array.from({ length: 10 }, (_, index) => `customer ${index}`);

    const results = await Promise.allSettled(names.map(create));
    await limit("off");
    const index = results.findIndex(({ status }) => status === "rejected");
    const created = await create(names[index] ?? "");

    expect(results[index]).toMatchObject({ reason: { type: "StripeRateLimitError", statusCode: 429 } });
    expect(created.name).toBe(names[index]);
    expect(created.lastResponse.headers["idempotent-replayed"]).toBeUndefined();
  });

  it("count the calls of each endpoint, so that a test can measure the cost of an operation", async () => {
    await restartCount();

    await stripe.events.list();
    await stripe.events.list();
    await stripe.customers.retrieve("cus_unknown").catch(() => undefined);

    const { total, endpoints, seconds } = await calls();
    expect(endpoints).toEqual({
      "GET /v1/events": { calls: 2, rejected: 0, busiest_second: expect.any(Number) },
      "GET /v1/customers/{customer}": { calls: 1, rejected: 0, busiest_second: 1 },
    });
    expect(total).toMatchObject({ calls: 3, rejected: 0 });
    expect(seconds).toBeGreaterThan(0);
  });
});

describe("a key without a permission", () => {
  const withhold = (...permissions: string[]) =>
    sandbox.control("POST", "/permissions", { withhold: permissions });

  it("is rejected with the name of the permission, for writes only or for both", async () => {
    await withhold("charge_write", "event_read");

    const refunded = await stripe.refunds.create({ charge: "ch_1" }).catch((error) => error);
    const read = await sandbox.call("GET", "/v1/charges");
    const events = await sandbox.call("GET", "/v1/events");

    expect(refunded).toMatchObject({ type: "StripePermissionError", statusCode: 403 });
    expect(refunded.message).toContain("'rak_charge_write'");
    expect(read.status).toBe(200);
    expect(events.json.error.message).toContain("Having the 'rak_event_read' permission");
  });

  it("cannot write without read permission", async () => {
    await withhold("customer_read");

    const created = await sandbox.call("POST", "/v1/customers", "");

    expect(created.status).toBe(403);
    expect(created.json.error.message).toContain("'rak_customer_write'");
  });

  it("gets no permission name for early fraud warnings", async () => {
    await withhold("early_fraud_warning_read");

    const { status, json } = await sandbox.call("GET", "/v1/radar/early_fraud_warnings");

    expect(status).toBe(403);
    expect(json.error.message).not.toContain("rak_");
  });

  it("needs the object's permission, and one for sources, to expand", async () => {
    const charge = await aPaidCharge(sandbox);
    const path = `/v1/balance_transactions?source=${charge.id}`;

    await withhold("balance_transaction_source_read");
    const source = await sandbox.call("GET", `${path}&expand[]=data.source`);
    await sandbox.control("DELETE", "/permissions");
    await withhold("charge_read");
    const object = await sandbox.call("GET", `${path}&expand[]=data.source`);
    const plain = await sandbox.call("GET", path);

    expect([source.status, object.status, plain.status]).toEqual([403, 403, 200]);
    expect(source.json.error.message).toContain("'rak_balance_transaction_source_read'");
    expect(object.json.error.message).toContain("'rak_charge_read'");
  });
});

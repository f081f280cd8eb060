import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { signInError } from "@/components/sign-in/sign-in-messages";
import { createApiKey } from "@/lib/api-keys";
import { createCustomer } from "@/lib/customers";
import { checkAuthRequest } from "@/lib/http";
import { pool } from "@/lib/platform/db";
import { aCustomer, callerWith, type RunningBrim, startBrim } from "@/tests/support/brim";
import { applySettings } from "@/tests/support/settings";

const LIMITS = {
  RATE_LIMIT_READS: "20",
  RATE_LIMIT_WRITES: "5",
  RATE_LIMIT_USAGE: "30",
  RATE_LIMIT_FAILED_KEYS: "10",
};

const BALANCE = "/api/v1/billing/balance";

/** Resets the counts, like a restart with other settings. */
function forgetCounts() {
  Object.assign(globalThis, { brimLimiters: undefined, brimEnv: undefined, brimListedKeys: undefined });
}

describe.each(["memory", "postgres"])("limits counted in %s", (store) => {
  let brim: RunningBrim;

  beforeAll(async () => {
    forgetCounts();
    brim = await startBrim({ settings: { ...LIMITS, RATE_LIMIT_STORE: store } });
  });
  afterAll(async () => {
    await brim.stop();
    forgetCounts();
  });

  it("allow exactly the configured number of concurrent requests, and report their state", async () => {
    const customer = await aCustomer(brim);

    const answers = await Promise.all(Array.from({ length: 50 }, () => customer.get(BALANCE)));

    const passed = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect([passed.length, refused.length]).toEqual([20, 30]);
    const left = passed.map(({ headers }) => Number(headers.get("x-ratelimit-remaining")));
    expect(left.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    for (const { headers, body } of refused) {
      expect(body).toMatchObject({ error: "RATE_LIMITED", statusCode: 429 });
      expect(body.request_id).toBe(headers.get("x-request-id"));
      expect(headers.get("x-ratelimit-limit")).toBe("20");
      expect(headers.get("x-ratelimit-remaining")).toBe("0");
      const reset = Number(headers.get("x-ratelimit-reset"));
      expect(reset).toBeGreaterThan(0);
      expect(reset).toBeLessThanOrEqual(60);
      expect(headers.get("retry-after")).toBe(String(reset));
    }
  });

  it("are separate for each key, and for reads, writes and usage", async () => {
    const { customerId, get, post } = await aCustomer(brim);
    const { secret } = await createApiKey({ customerId, name: "second", scopes: "all" });
    const second = callerWith(brim, secret);
    await Promise.all(Array.from({ length: 21 }, () => get(BALANCE)));

    expect((await get(BALANCE)).status).toBe(429);
    expect((await second.get(BALANCE)).status).toBe(200);
    expect((await get("/api/v1/usage")).headers.get("x-ratelimit-limit")).toBe("30");
    const writes = await Promise.all(
      Array.from({ length: 6 }, () => post("/api/v1/billing/checkout-session", {})),
    );
    expect(writes.map(({ status }) => status).sort()).toEqual([400, 400, 400, 400, 400, 429]);
  });

  it("count billing links as writes", async () => {
    const { customerId } = await createCustomer({ name: "Acme", email: "acme@example.com" });
    const { secret } = await createApiKey({ customerId: null, name: "operator", scopes: "all" });
    const operator = callerWith(brim, secret);
    const ask = () => operator.post(`/api/v1/admin/customers/${customerId}/billing-link`, {});

    const answers = await Promise.all(Array.from({ length: 12 }, ask));

    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array(5).fill(200),
      ...Array(7).fill(429),
    ]);
    const { rows } = await pool().query("SELECT 1 FROM billing_link WHERE customer_id = $1", [customerId]);
    expect(rows).toHaveLength(5);
  });

  it("count a batch as one request, and a rejected one changes nothing", async () => {
    const { customerId } = await createCustomer({ name: "Acme", email: "acme@example.com" });
    const { secret } = await createApiKey({ customerId: null, name: "operator", scopes: "all" });
    const operator = callerWith(brim, secret);
    const charges = Array.from({ length: 3 }, (_, n) => ({
      customer_id: customerId,
      amount_usd: "1.00",
      idempotency_key: `item-${n}`,
      overdraft: "allow",
    }));

    const batch = await operator.post("/api/v1/usage/charges/batch", { charges });
    expect(batch.headers.get("x-ratelimit-remaining")).toBe("29");
    await Promise.all(
      Array.from({ length: 29 }, () => operator.get(`/api/v1/usage?customer_id=${customerId}`)),
    );
    const refused = await operator.post("/api/v1/usage/charges", { ...charges[0], idempotency_key: "late" });

    expect(refused.status).toBe(429);
    const { rows } = await pool().query("SELECT 1 FROM ledger_transfer WHERE customer_id = $1", [customerId]);
    expect(rows).toHaveLength(3);
  });

  it("block an address that sends many invalid keys, but not its valid ones", async () => {
    const { get } = await aCustomer(brim);
    const stranger = callerWith(brim, `brim_sk_${"x".repeat(48)}`);

    const answers = await Promise.all(Array.from({ length: 15 }, () => stranger.get(BALANCE)));

    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array(10).fill(401),
      ...Array(5).fill(429),
    ]);
    expect((await get(BALANCE)).status).toBe(200);
  });

  it("make no query for rejected requests", async () => {
    const { get } = await aCustomer(brim);
    const guess = () => callerWith(brim, `brim_sk_${randomBytes(24).toString("hex")}`).get(BALANCE);
    const answers = await Promise.all(Array.from({ length: 40 }, guess));
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(10);

    await pool().query("ALTER TABLE api_key RENAME TO away"); // any query about a key fails now
    const refused = await Promise.all(Array.from({ length: 20 }, guess));
    await pool().query("ALTER TABLE away RENAME TO api_key");

    expect(refused.map(({ status }) => status)).toEqual(Array(20).fill(429));
    expect((await get(BALANCE)).status).toBe(200);
  });
});

describe("limits counted in postgres", () => {
  it("are counted in memory while the database is unavailable", async () => {
    forgetCounts();
    const brim = await startBrim({ settings: { ...LIMITS, RATE_LIMIT_STORE: "postgres" } });
    const customer = await aCustomer(brim);
    await pool().query("ALTER TABLE rate_limit_count RENAME TO gone");

    const answers = await Promise.all(Array.from({ length: 25 }, () => customer.get(BALANCE)));

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    await brim.stop();
    forgetCounts();
  });
});

describe("sign-in attempts", () => {
  const ask = (
    segments: string[],
    { method = "POST", address = "203.0.113.9", ...init }: RequestInit & { address?: string } = {},
  ) =>
    checkAuthRequest(
      new Request("http://localhost:3000/api/auth/any-way-to-write-it", {
        ...init,
        method,
        headers: { ...init.headers, "x-forwarded-for": address },
      }),
      segments,
      async ({ body }) => new Response(`next-auth got ${body}`),
    );
  const attempt = (headers: Record<string, string>, address?: string) =>
    ask(["callback", "credentials"], { headers, ...(address && { address }) });

  beforeEach(() => {
    forgetCounts();
    applySettings({
      DATABASE_URL: "postgres://unused",
      RATE_LIMIT_STORE: "memory",
      RATE_LIMIT_SIGN_IN: "10",
      TRUST_PROXY: "1",
    });
    Object.assign(globalThis, { brimServesSockets: false });
  });
  afterEach(() => {
    applySettings({ TRUST_PROXY: "0" });
    forgetCounts();
  });

  it("are limited to ten per minute and address, then rejected with the time to wait", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => attempt({})));

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.map(({ status }) => status)).toEqual([429, 429]);
    expect(refused[0]?.headers.get("retry-after")).toMatch(/^([1-9]|[1-5]\d|60)$/);
    expect(await refused[0]?.json()).toMatchObject({ error: "RATE_LIMITED" });
    expect((await attempt({}, "203.0.113.10")).status).toBe(200);
  });

  it("are counted per network, regardless of the exact address and port", async () => {
    const addresses = [
      "203.0.113.77:40001",
      "::ffff:203.0.113.77",
      "203.0.113.77",
      "[::ffff:203.0.113.77]:9",
    ];
    for (let count = 0; count < 10; count++) await attempt({}, addresses[count % addresses.length]);

    expect((await attempt({}, "203.0.113.77:50000")).status).toBe(429);
    for (let count = 0; count < 10; count++) await attempt({}, `2001:db8:0:1::${count}`);
    expect((await attempt({}, "2001:db8:0:1:ffff::1")).status).toBe(429);
    expect((await attempt({}, "2001:db8:0:2::1")).status).toBe(200);
  });

  it("redirect a browser to the page, which shows the error", async () => {
    await Promise.all(Array.from({ length: 10 }, () => attempt({ accept: "text/html" })));

    const refused = await attempt({ accept: "text/html,*/*" });

    expect(refused.status).toBe(303);
    expect(refused.headers.get("location")).toBe("http://localhost:3000/sign-in?error=TooManyAttempts");
    expect(signInError("TooManyAttempts")).toMatch(/Wait a minute/);
  });

  it("do not include the pages and tokens of next-auth", async () => {
    await Promise.all(Array.from({ length: 11 }, () => attempt({})));

    for (const [method, operation] of [
      ["GET", "csrf"],
      ["GET", "error"],
      ["GET", "signin"],
    ] as const) {
      expect((await ask([operation], { method })).status).toBe(200);
    }
  });

  it("have a limit six times as high for returning from a link or provider", async () => {
    const comeBack = () => ask(["callback", "email"], { method: "GET" });
    for (let count = 0; count < 60; count++) expect((await comeBack()).status).toBe(200);

    expect((await comeBack()).status).toBe(429);
  });

  it.each([
    ["POST", "_log"],
    ["GET", "_log"],
    ["POST", "_LOG"],
    ["POST", "%5flog"],
    ["POST", "csrf"],
    ["GET", "session"],
    ["POST", "signout"],
    ["PUT", "signin"],
    ["POST", ""],
  ])("reach next-auth only for the operations that it handles: %s %s", async (method, operation) => {
    expect((await ask([operation], { method })).status).toBe(404);
  });

  it("redirect to the page on a provider's error, whose text reaches neither next-auth nor the log", async () => {
    const request = new Request("http://localhost:3000/api/auth/callback/github?error=ANYTHING&state=x");
    const answer = await checkAuthRequest(
      request,
      ["callback", "github"],
      async () => new Response("next-auth"),
    );

    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toBe("http://localhost:3000/sign-in?error=OAuthCallback");
  });

  it("reach next-auth only with a small body and form fields", async () => {
    const post = (type: string, body: BodyInit) =>
      ask(["signin", "email"], {
        headers: { "content-type": type },
        body,
        address: `198.51.100.${Math.floor(Math.random() * 250)}`,
        ...(body instanceof ReadableStream && { duplex: "half" }),
      } as RequestInit);
    const form = "application/x-www-form-urlencoded";

    expect(await (await post(form, "email=a%40example.com")).text()).toBe(
      "next-auth got email=a%40example.com",
    );
    expect((await post("application/json", '{"email":"a@example.com","json":true}')).status).toBe(200);
    for (const body of [
      "",
      "{",
      "null",
      "[]",
      "12",
      '{"email":{"a":1}}',
      '{"email":["a"]}',
      '{"email":null}',
    ])
      expect((await post("application/json", body)).status).toBe(400);
    expect((await post(form, "x".repeat(16 * 1024 + 1))).status).toBe(413);
    expect((await post(form, new Blob(["x".repeat(64 * 1024)]).stream())).status).toBe(413);
  });
});

import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiKey, revokeApiKey } from "@/lib/api-keys";
import { prisma } from "@/lib/platform/db";
import {
  type ApiCustomer,
  type ApiResponse,
  aCustomer,
  call,
  callerWith,
  type RunningBrim,
  startBrim,
} from "@/tests/support/brim";

let brim: RunningBrim;
let customer: ApiCustomer;
let other: ApiCustomer;

beforeAll(async () => {
  brim = await startBrim();
  [customer, other] = [await aCustomer(brim), await aCustomer(brim)];
});
afterAll(() => brim.stop());

const CHECKOUT = "/api/v1/billing/checkout-session";
const ROUTES: [method: string, path: string][] = [
  ["POST", CHECKOUT],
  ["GET", "/api/v1/billing/balance"],
  ["GET", "/api/v1/billing/topups/topup_01m81xgxrcexrs47sfmrsawft1"],
  ["GET", "/api/v1/billing/payment-methods"],
];

const countIntents = () => prisma().topUpIntent.count();

function expectError(answer: ApiResponse, status: number, code: string): void {
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({
    error: code,
    statusCode: status,
    request_id: answer.headers.get("x-request-id"),
  });
  expect(answer.body.request_id).toMatch(/^req_/);
  expect(answer.body.message).not.toBe("");
}

describe.each(ROUTES)("%s %s", (method, path) => {
  const send = (authorization?: string) =>
    call(brim, path, {
      method,
      headers: {
        ...(authorization ? { authorization } : {}),
        ...(method === "POST" ? { "content-type": "application/json" } : {}),
      },
      ...(method === "POST" ? { body: JSON.stringify({ amount_usd: "25.00" }) } : {}),
    });

  it.each<[string, (() => string) | undefined]>([
    ["no key", undefined],
    ["another scheme", () => `Basic ${Buffer.from(customer.key).toString("base64")}`],
    ["a malformed key", () => "Bearer brim_sk_short"],
    ["a Stripe key", () => "Bearer sk_test_1234567890"],
    ["an unknown key", () => `Bearer brim_sk_${"A".repeat(48)}`],
    [
      "a key with a changed last character",
      () => `Bearer ${customer.key.slice(0, -1)}${customer.key.endsWith("A") ? "B" : "A"}`,
    ],
  ])("refuses %s with 401", async (_what, authorization) => {
    expectError(await send(authorization?.()), 401, "UNAUTHORIZED");
  });

  it("rejects a revoked key with 401 immediately", async () => {
    const { apiKeyId, secret } = await createApiKey({
      customerId: customer.customerId,
      name: "old",
      scopes: "all",
    });
    await callerWith(brim, secret).get("/api/v1/billing/balance");
    await revokeApiKey(apiKeyId, new Date());

    expectError(await send(`Bearer ${secret}`), 401, "UNAUTHORIZED");
  });

  it("rejects an expired key with 401", async () => {
    const expiresAt = new Date(Date.now() - 1_000);
    const { secret } = await createApiKey({
      customerId: customer.customerId,
      name: "old",
      scopes: "all",
      expiresAt,
    });

    expectError(await send(`Bearer ${secret}`), 401, "UNAUTHORIZED");
  });

  it("rejects a key without the scope with 403 and names the scope", async () => {
    const { secret } = await createApiKey({
      customerId: customer.customerId,
      name: "usage",
      scopes: ["usage:write"],
    });

    const answer = await send(`Bearer ${secret}`);

    expectError(answer, 403, "FORBIDDEN");
    expect(answer.body.details).toEqual({
      required_scope: method === "GET" ? "billing:read" : "billing:write",
    });
  });

  it("rejects an operator key, which has no customer, with 403", async () => {
    const { secret } = await createApiKey({ customerId: null, name: "operator", scopes: "all" });

    expectError(await send(`Bearer ${secret}`), 403, "FORBIDDEN");
  });
});

describe(`POST ${CHECKOUT}`, () => {
  it.each<[string, unknown, string]>([
    ["no amount", {}, "amount_usd"],
    ["an amount of null", { amount_usd: null }, "amount_usd"],
    ["4.99", { amount_usd: "4.99" }, "amount_usd"],
    ["4.99 as a number", { amount_usd: 4.99 }, "amount_usd"],
    ["5000.01", { amount_usd: "5000.01" }, "amount_usd"],
    ["25.001", { amount_usd: "25.001" }, "amount_usd"],
    ["25.001 as a number", { amount_usd: 25.001 }, "amount_usd"],
    ["a number that JavaScript would round", '{"amount_usd": 25.000000000000001}', "amount_usd"],
    ["letters", { amount_usd: "abc" }, "amount_usd"],
    ["a negative amount", { amount_usd: -5 }, "amount_usd"],
    ["a number out of range", '{"amount_usd": 1e400}', "amount_usd"],
    ["an object", { amount_usd: { value: 25 } }, "amount_usd"],
    ["a list", { amount_usd: ["25.00"] }, "amount_usd"],
    ["true", { amount_usd: true }, "amount_usd"],
    ["an exponent in a string", { amount_usd: "1e3" }, "amount_usd"],
    ["spaces", { amount_usd: " 25.00 " }, "amount_usd"],
    ["an empty string", { amount_usd: "" }, "amount_usd"],
    ["a very long string", { amount_usd: "1".repeat(1_000) }, "amount_usd"],
    ["an amount in setup mode", { mode: "setup", amount_usd: "25.00" }, "amount_usd"],
    [
      "save_payment_method in setup mode",
      { mode: "setup", save_payment_method: true },
      "save_payment_method",
    ],
    ["an unknown mode", { mode: "subscription", amount_usd: "25.00" }, "mode"],
    ["an unknown field", { amount_usd: "25.00", currency: "eur" }, "currency"],
    ["a prototype", '{"amount_usd": "25.00", "__proto__": {"mode": "setup"}}', "__proto__"],
    [
      "a non-boolean save_payment_method",
      { amount_usd: "25.00", save_payment_method: "yes" },
      "save_payment_method",
    ],
    ["a list as the body", [], ""],
    ["a string as the body", '"25.00"', ""],
    ["null as the body", "null", ""],
    ["no JSON", "{amount_usd: 25", ""],
    ["an empty body", "", ""],
    ["the same field twice", '{"amount_usd": "25.00", "amount_usd": "26.00"}', ""],
  ])("answers %s with 400 that names the field, and changes nothing", async (_what, body, field) => {
    const before = await countIntents();

    const answer = await customer.post(CHECKOUT, body);

    expectError(answer, 400, "INVALID_REQUEST");
    expect(answer.body.details.issues.map((issue: { path: string }) => issue.path)).toContain(field);
    expect(await countIntents()).toBe(before);
  });

  it.each([
    ["5", 5],
    ["5000.00", "5000.00"],
    ["1e3, which is 1000", '{"amount_usd": 1e3}'],
    ["25.5", { amount_usd: 25.5 }],
  ])("accepts %s", async (_what, amount) => {
    const body =
      typeof amount === "object" || String(amount).startsWith("{") ? amount : { amount_usd: amount };

    expect((await customer.post(CHECKOUT, body)).status).toBe(200);
  });

  it("rejects an unknown query parameter", async () => {
    const answer = await customer.post(`${CHECKOUT}?dry_run=1`, { amount_usd: "25.00" });

    expectError(answer, 400, "INVALID_REQUEST");
    expect(answer.body.details.issues[0].path).toBe("dry_run");
  });

  it("rejects a body over 64 KiB with 413, with or without a Content-Length", async () => {
    const body = JSON.stringify({ amount_usd: "25.00", padding: "x".repeat(65 * 1024) });
    const headers = { authorization: `Bearer ${customer.key}`, "content-type": "application/json" };
    const stream = new Blob([body]).stream();

    expectError(await call(brim, CHECKOUT, { method: "POST", headers, body }), 413, "PAYLOAD_TOO_LARGE");
    const unannounced = { method: "POST", headers, body: stream, duplex: "half" } as RequestInit;
    expectError(await call(brim, CHECKOUT, unannounced), 413, "PAYLOAD_TOO_LARGE");
  });

  it.each([["text/plain"], ["application/x-www-form-urlencoded"], ["application/jsonp"]])(
    "rejects the content type %s with 415",
    async (type) => {
      const answer = await customer.post(CHECKOUT, '{"amount_usd":"25.00"}', { "content-type": type });

      expectError(answer, 415, "UNSUPPORTED_MEDIA_TYPE");
    },
  );

  it.each([
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    "Application/JSON ; Charset=utf8",
    "application/json; version=1",
  ])("accepts the content type %s", async (type) => {
    const headers = { "content-type": type, "content-encoding": "identity" };

    expect((await customer.post(CHECKOUT, '{"amount_usd":"25.00"}', headers)).status).toBe(200);
  });

  it.each([
    ["an invalid start byte", [0xff]],
    ["a truncated character", [0xe2, 0x82]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["a lone surrogate", [0xed, 0xa0, 0x80]],
  ])("answers %s in the body with 400 instead of replacing it", async (_what, bytes) => {
    const [before, after] = ['{"amount_usd":"25.00","note":"', '"}'].map((text) => Buffer.from(text));
    const body = Buffer.concat([before ?? [], Buffer.from(bytes), after ?? []] as Uint8Array[]);
    const headers = { authorization: `Bearer ${customer.key}`, "content-type": "application/json" };

    const answer = await call(brim, CHECKOUT, { method: "POST", headers, body });

    expectError(answer, 400, "INVALID_REQUEST");
    expect(answer.body.details.issues).toEqual([{ path: "", message: "The body is not valid UTF-8." }]);
  });

  it.each([["with spaces inside"], ["x".repeat(256)]])("rejects the idempotency key %j", async (key) => {
    const answer = await customer.post(CHECKOUT, { amount_usd: "25.00" }, { "Idempotency-Key": key });

    expectError(answer, 400, "INVALID_REQUEST");
    expect(answer.body.details.issues[0].path).toBe("Idempotency-Key");
  });
});

describe("the default error messages", () => {
  it.each<[string, unknown, string]>([
    ["a list as the body", [], "Send a JSON object."],
    ["null as the body", "null", "Send a JSON object."],
    ["a number that JavaScript would round as the body", "1e400", "Send a JSON object."],
  ])("of %s", async (_what, body, message) => {
    expect((await customer.post(CHECKOUT, body)).body.message).toBe(message);
  });

  it("of a repeated parameter", async () => {
    const { body } = await customer.get("/api/v1/billing/topups?limit=5&limit=6&cursor=a&cursor=b");

    expect(body.details.issues).toEqual([
      { path: "limit", message: "Send this parameter once." },
      { path: "cursor", message: "Send this parameter once." },
    ]);
  });
});

describe("isolation", () => {
  it("returns the same 404 for another customer's top-up, an unknown one and a malformed id", async () => {
    const { body } = await other.post(CHECKOUT, { amount_usd: "25.00" });

    for (const id of [body.topup_intent_id, "topup_01m81xgxrcexrs47sfmrsawft1", "topup_1", "%27"]) {
      expectError(await customer.get(`/api/v1/billing/topups/${id}`), 404, "NOT_FOUND");
    }
    expect((await other.get(`/api/v1/billing/topups/${body.topup_intent_id}`)).status).toBe(200);
  });

  it("keeps the idempotency keys of two customers separate", async () => {
    const headers = { "Idempotency-Key": "the-same" };

    const [mine, theirs] = [
      await customer.post(CHECKOUT, { amount_usd: "25.00" }, headers),
      await other.post(CHECKOUT, { amount_usd: "30.00" }, headers),
    ];

    expect([mine.status, theirs.status]).toEqual([200, 200]);
    expect(mine.body.topup_intent_id).not.toBe(theirs.body.topup_intent_id);
  });
});

describe("the API as a whole", () => {
  it("returns 404 in the same format for an unknown path and an unknown method", async () => {
    expectError(await customer.get("/api/v1/billing/nothing"), 404, "NOT_FOUND");
    expectError(await customer.post("/api/v1/billing/balance", {}), 404, "NOT_FOUND");
  });

  it("rejects a preflight request from another origin with 404", async () => {
    const answer = await call(brim, CHECKOUT, {
      method: "OPTIONS",
      headers: { origin: "https://shop.example", "access-control-request-method": "POST" },
    });

    expectError(answer, 404, "NOT_FOUND");
    expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    const { body: document } = await call(brim, "/api/v1/openapi.json", {});
    expect(document.info.description).toContain("there is no CORS");
  });

  it("reports that it is up without a key", async () => {
    expect((await call(brim, "/api/v1/health", {})).body).toEqual({ status: "up" });
  });

  it("is not ready without a worker", async () => {
    expectError(await call(brim, "/api/v1/ready", {}), 503, "SERVICE_UNAVAILABLE");
  });
});

describe("text that cannot be stored unchanged", () => {
  const NUL = "This must not contain NUL characters or invalid Unicode.";
  const RESERVED = "This name is reserved. Use another one.";
  const charge = (fields: object) => ({ amount_usd: "0.01", idempotency_key: "unstorable", ...fields });
  const CHARGES = "/api/v1/usage/charges";

  it.each<[string, string, unknown, string, RegExp]>([
    ["a NUL in a description", CHARGES, charge({ description: "a\0b" }), "description", /NUL/],
    [
      "an unpaired surrogate in a description",
      CHARGES,
      charge({ description: "\ud83d" }),
      "description",
      /Unicode/,
    ],
    ["a NUL in a value", CHARGES, charge({ metadata: { model: "\0" } }), "metadata.model", /NUL/],
    [
      "an unpaired surrogate in a name",
      CHARGES,
      charge({ metadata: { "\udc00": "x" } }),
      "metadata.\ufffd",
      /Unicode/,
    ],
    ["a NUL in a key", CHARGES, charge({ idempotency_key: "a\0" }), "idempotency_key", /ASCII/],
    ["a NUL in an amount", CHARGES, charge({ amount_usd: "1\0" }), "amount_usd", /NUL/],
    ["a NUL in a customer", CHARGES, charge({ customer_id: "\0" }), "customer_id", /cust_/],
    [
      "a NUL in an item of a batch",
      `${CHARGES}/batch`,
      { charges: [charge({ description: "\0" })] },
      "charges.0.description",
      /NUL/,
    ],
  ])("is rejected with 400 and names the field: %s", async (_what, path, body, field, message) => {
    const answer = await customer.post(path, JSON.stringify(body));

    expectError(answer, 400, "INVALID_REQUEST");
    expect(answer.body.details.issues).toContainEqual({
      path: expect.stringContaining(field.replace("\ufffd", "")),
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['{"amount_usd":"0.01","idempotency_key":"p","metadata":{"__proto__":"x"}}', "metadata.__proto__"],
    [
      '{"amount_usd":"0.01","idempotency_key":"p","metadata":{"__proto__":{"a":"b"},"c":"d"}}',
      "metadata.__proto__",
    ],
    ['{"amount_usd":"0.01","idempotency_key":"p","metadata":{"\\u005f_proto__":"x"}}', "metadata.__proto__"],
  ])("is rejected with 400 where JavaScript would drop it: %s", async (body, path) => {
    const answer = await customer.post(CHARGES, body);

    expectError(answer, 400, "INVALID_REQUEST");
    expect(answer.body.details.issues).toEqual([{ path, message: RESERVED }]);
  });

  it.each(['{"__proto__":{"amount_usd":"25.00"}}', '{"amount_usd":"25.00","__proto__":{"mode":"setup"}}'])(
    "is rejected as the name of a field: %s",
    async (body) => {
      expectError(await customer.post(CHECKOUT, body), 400, "INVALID_REQUEST");
    },
  );

  it("does not include field names such as constructor", async () => {
    const { customerId } = customer;
    await prisma().ledgerAccount.update({ where: { customerId }, data: { balanceNanos: 10n ** 10n } });
    const metadata = { constructor: "a", toString: "b", prototype: "c", hasOwnProperty: "d", "": "e" };

    const { status } = await customer.post(CHARGES, charge({ idempotency_key: "special", metadata }));
    const { body } = await customer.get("/api/v1/billing/records?type=charge");

    expect(status).toBe(200);
    expect(body.records[0].metadata).toEqual(metadata);
  });

  it.each([
    "/api/v1/billing/records?cursor=%00",
    "/api/v1/billing/records?type=%00",
    "/api/v1/billing/topups?status=%00",
    "/api/v1/billing/topups?limit=%00",
    "/api/v1/usage?from=%00",
    "/api/v1/usage?customer_id=%00",
    "/api/v1/billing/balance?a=%00",
    "/api/v1/billing/balance?%00=a",
  ])("is rejected in a query with 400: %s", async (path) => {
    const answer = await customer.get(path);

    expectError(answer, 400, "INVALID_REQUEST");
    expect(answer.body.details.issues[0].path).not.toBe("");
  });

  it.each(["topups/%00", "topups/topup_%00", "topups/%ED%A0%80", "topups/%zz"])(
    "is 404 in a path: %s",
    async (path) => {
      expectError(await customer.get(`/api/v1/billing/${path}`), 404, "NOT_FOUND");
    },
  );

  it("is rejected with the same message for any field", async () => {
    const body = JSON.stringify(charge({ description: "\0" }));

    expect((await customer.post(CHARGES, body)).body.details.issues).toEqual([
      { path: "description", message: NUL },
    ]);
  });
});

describe("an unsupported request", () => {
  /** Sends raw bytes and returns the response. */
  function sendRaw(head: string): Promise<string> {
    const { hostname, port } = new URL(brim.url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.end(`${head}\r\n\r\n`));
      let text = "";
      socket.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      socket.on("close", () => resolve(text)).on("error", reject);
    });
  }

  const isDirect = process.env.BRIM_TEST_ADAPTER !== "next";

  it.runIf(isDirect).each([
    ["GET *", "path"],
    ["OPTIONS *", "path"],
    ["TRACE /api/v1/health", "method"],
    ["GET http://example.com/api/v1/health", "path"],
  ])("is answered with 400 and the reason: %s", async (line, path) => {
    const [head = "", body = ""] = (await sendRaw(`${line} HTTP/1.1\r\nHost: brim.example`)).split(
      "\r\n\r\n",
    );

    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(body)).toMatchObject({
      error: "INVALID_REQUEST",
      statusCode: 400,
      details: { issues: [{ path, message: expect.any(String) }] },
    });
  });
});

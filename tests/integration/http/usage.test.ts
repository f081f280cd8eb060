import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiKey } from "@/lib/api-keys";
import { readBalance } from "@/lib/ledger";
import { prisma } from "@/lib/platform/db";
import {
  type ApiCustomer,
  type ApiResponse,
  aCustomer,
  callerWith,
  type RunningBrim,
  startBrim,
} from "@/tests/support/brim";
import { changeSettings } from "@/tests/support/settings";
import { topUp, usd } from "@/tests/support/spending";

let brim: RunningBrim;
let operator: ReturnType<typeof callerWith>;

beforeAll(async () => {
  brim = await startBrim();
  const { secret } = await createApiKey({ customerId: null, name: "operator", scopes: "all" });
  operator = callerWith(brim, secret);
});
afterAll(() => brim.stop());

const CHARGES = "/api/v1/usage/charges";
const HOLDS = "/api/v1/usage/holds";

let keys = 0;
const aKey = () => `key-${++keys}`;

async function aFunded(dollars: string): Promise<ApiCustomer> {
  const customer = await aCustomer(brim);
  await topUp(customer.customerId, dollars);
  return customer;
}

const chargeOf = (amount: unknown, rest: Record<string, unknown> = {}) => ({
  amount_usd: amount,
  idempotency_key: aKey(),
  ...rest,
});

function expectIssue(answer: ApiResponse, field: string): void {
  expect(answer.status).toBe(400);
  expect(answer.body.details.issues.map((issue: { path: string }) => issue.path)).toContain(field);
}

describe("POST /usage/charges", () => {
  it("charges the key's own customer", async () => {
    const customer = await aFunded("10.00");

    const { status, body } = await customer.post(CHARGES, chargeOf("0.000012", { description: "12 tokens" }));

    expect(status).toBe(200);
    expect(body).toEqual({
      charge_id: expect.stringMatching(/^chg_/),
      amount_usd: "0.000012",
      balance_usd: "9.999988",
      available_usd: "9.999988",
      created_at: expect.stringMatching(/Z$/),
    });
  });

  it("charges any customer with the operator's key, which must name one", async () => {
    const customer = await aFunded("10.00");

    expect(
      (await operator.post(CHARGES, chargeOf(1, { customer_id: customer.customerId }))).body.balance_usd,
    ).toBe("9.00");
    expectIssue(await operator.post(CHARGES, chargeOf(1)), "customer_id");
    expectIssue(await operator.post(CHARGES, chargeOf(1, { customer_id: "acme" })), "customer_id");
    const unknown = "cust_01m81xgxrcexrs47sfmrsawft1";
    expect((await operator.post(CHARGES, chargeOf(1, { customer_id: unknown }))).status).toBe(404);
  });

  it("answers 402 with what is available, what is required and where to top up", async () => {
    const customer = await aFunded("5.00");

    const answer = await customer.post(CHARGES, chargeOf("5.01"));

    expect(answer.status).toBe(402);
    expect(answer.body).toMatchObject({
      error: "PAYMENT_REQUIRED",
      details: {
        available_usd: "5.00",
        required_usd: "5.01",
        topup_url: `${brim.url}/billing?customer=${customer.customerId}`,
      },
    });
  });

  it("returns the same charge for a repeated request, and 409 for another request with its key", async () => {
    const customer = await aFunded("5.00");
    const body = chargeOf("5.00", { metadata: { a: "1", b: "2" } });
    const first = await customer.post(CHARGES, body);

    const again = await customer.post(CHARGES, { ...body, amount_usd: 5, metadata: { b: "2", a: "1" } });
    const other = await customer.post(CHARGES, { ...body, amount_usd: "4.00" });

    expect(again.body).toEqual(first.body);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    expect(other.body.error).toBe("IDEMPOTENCY_CONFLICT");
  });

  it.each<[string, string, Record<string, unknown>]>([
    ["charge", CHARGES, { amount_usd: "2.00" }],
    ["charge", CHARGES, { description: "Other work" }],
    ["charge", CHARGES, { metadata: { a: "1", b: "3" } }],
    ["charge", CHARGES, { metadata: undefined }],
    ["charge", CHARGES, { overdraft: "allow" }],
    ["hold", HOLDS, { amount_usd: "2.00" }],
    ["hold", HOLDS, { description: "Other work" }],
    ["hold", HOLDS, { metadata: {} }],
    ["hold", HOLDS, { expires_in_seconds: 61 }],
  ])("a %s (%s) under a used key is another request with %j", async (_what, path, difference) => {
    const { customerId } = await aFunded("5.00");
    const work = { customer_id: customerId, description: "Work", metadata: { a: "1", b: "2" } };
    const body = chargeOf("1.00", path === HOLDS ? { ...work, expires_in_seconds: 60 } : work);
    await operator.post(path, body);

    const answer = await operator.post(path, { ...body, ...difference });

    expect([answer.status, answer.body.error]).toEqual([409, "IDEMPOTENCY_CONFLICT"]);
    expect((await readBalance(customerId)).available).toBe(usd("4.00"));
  });

  it("accepts the key in the header, and rejects a missing key and two different keys", async () => {
    const customer = await aFunded("5.00");
    const header = { "Idempotency-Key": "from-header" };

    const first = await customer.post(CHARGES, { amount_usd: "1.00" }, header);
    const again = await customer.post(CHARGES, { amount_usd: "1.00", idempotency_key: "from-header" });

    expect(again.body).toEqual(first.body);
    expectIssue(
      await customer.post(CHARGES, { amount_usd: "1.00", idempotency_key: "else" }, header),
      "idempotency_key",
    );
    expectIssue(await customer.post(CHARGES, { amount_usd: "1.00" }), "idempotency_key");
  });

  it("a 402 is never replayed: the same key succeeds after a top-up", async () => {
    const customer = await aFunded("5.00");
    const body = chargeOf("6.00");
    expect((await customer.post(CHARGES, body)).status).toBe(402);
    await topUp(customer.customerId, "5.00");

    const answer = await customer.post(CHARGES, body);

    expect(answer.status).toBe(200);
    expect(answer.headers.get("idempotent-replayed")).toBeNull();
  });

  it("records overdraft for the operator only", async () => {
    const customer = await aFunded("5.00");
    const body = chargeOf("6.00", { overdraft: "allow", customer_id: customer.customerId });

    const own = await customer.post(CHARGES, body);
    const operators = await operator.post(CHARGES, body);

    expect(own.body).toMatchObject({
      statusCode: 403,
      details: { reason: "operator_only", path: "overdraft" },
    });
    expect(operators.body.balance_usd).toBe("-1.00");
  });

  it("is rejected on a frozen account", async () => {
    const customer = await aFunded("5.00");
    await prisma().ledgerAccount.update({
      where: { customerId: customer.customerId },
      data: { status: "frozen" },
    });

    const answer = await customer.post(CHARGES, chargeOf("1.00"));

    expect(answer.body).toMatchObject({ statusCode: 403, details: { reason: "account_frozen" } });
  });

  it("is rejected on a frozen account with the address of the operator, if that is set", async () => {
    const customer = await aFunded("5.00");
    await prisma().ledgerAccount.update({
      where: { customerId: customer.customerId },
      data: { status: "frozen" },
    });
    changeSettings({ SUPPORT_URL: "mailto:help@example.com" });

    const answer = await customer.post(CHARGES, chargeOf("1.00"));
    changeSettings({ SUPPORT_URL: "https://example.com/help" });
    const hold = await customer.post("/api/v1/usage/holds", {
      amount_usd: "1.00",
      idempotency_key: "frozen",
    });
    Reflect.deleteProperty(process.env, "SUPPORT_URL");
    changeSettings({});

    expect(answer.body.details).toEqual({ reason: "account_frozen", support_url: "mailto:help@example.com" });
    expect(hold.body.details).toEqual({ reason: "account_frozen", support_url: "https://example.com/help" });
  });

  it("says of a 402 that it must not be cached, and where to top up", async () => {
    const customer = await aFunded("5.00");

    const answer = await customer.post(CHARGES, chargeOf("6.00"));

    expect(answer.status).toBe(402);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("idempotent-replayed")).toBeNull();
    expect(answer.body.details.topup_url).toBe(`${brim.url}/billing?customer=${customer.customerId}`);
  });

  it("never touches another customer", async () => {
    const [customer, other] = [await aFunded("5.00"), await aFunded("5.00")];

    const answer = await customer.post(CHARGES, chargeOf("1.00", { customer_id: other.customerId }));

    expect(answer.body).toMatchObject({ statusCode: 403, details: { reason: "foreign_customer" } });
    expect((await readBalance(other.customerId)).balance).toBe(usd("5.00"));
  });

  it.each<[string, unknown, string]>([
    ["zero", chargeOf("0"), "amount_usd"],
    ["negative zero", '{"amount_usd": -0, "idempotency_key": "x"}', "amount_usd"],
    ["a negative amount", chargeOf("-1"), "amount_usd"],
    ["ten decimals", chargeOf("0.0000000001"), "amount_usd"],
    ["more than a million", chargeOf("1000000.01"), "amount_usd"],
    ["thirty digits", chargeOf("1".repeat(30)), "amount_usd"],
    [
      "a number that JavaScript would round",
      '{"amount_usd": 0.1234567890123456789, "idempotency_key": "x"}',
      "amount_usd",
    ],
    ["a key with spaces", chargeOf("1", { idempotency_key: "a b" }), "idempotency_key"],
    ["an empty key", chargeOf("1", { idempotency_key: "" }), "idempotency_key"],
    ["a key of 256 characters", chargeOf("1", { idempotency_key: "x".repeat(256) }), "idempotency_key"],
    ["an invalid overdraft", chargeOf("1", { overdraft: true }), "overdraft"],
    ["metadata that is not a string", chargeOf("1", { metadata: { a: 1 } }), "metadata.a"],
    [
      "too much metadata",
      chargeOf("1", { metadata: Object.fromEntries([...Array(21).keys()].map((i) => [`k${i}`, ""])) }),
      "metadata",
    ],
    ["an unknown field", chargeOf("1", { currency: "usd" }), "currency"],
  ])("answers %s with 400 that names the field", async (_what, body, field) => {
    const customer = await aFunded("5.00");

    expectIssue(await customer.post(CHARGES, body), field);

    expect((await readBalance(customer.customerId)).balance).toBe(usd("5.00"));
  });

  it("allows ten of sixty-four concurrent $1 charges on $10, and answers the others with 402", async () => {
    const customer = await aFunded("10.00");

    const answers = await Promise.all(
      Array.from({ length: 64 }, () => customer.post(CHARGES, chargeOf("1.00"))),
    );

    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(10);
    expect(answers.filter((answer) => answer.status === 402)).toHaveLength(54);
    expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("0.00");
  });
});

describe("POST /usage/charges/batch", () => {
  it("gives each item its result in order", async () => {
    const [one, two] = [await aFunded("5.00"), await aFunded("5.00")];
    const known = chargeOf("1.00", { customer_id: one.customerId });
    await operator.post(CHARGES, known);

    const { status, body } = await operator.post(`${CHARGES}/batch`, {
      charges: [
        chargeOf("4.00", { customer_id: one.customerId }),
        known,
        chargeOf("6.00", { customer_id: two.customerId }),
        chargeOf("5.00", { customer_id: two.customerId }),
      ],
    });

    expect(status).toBe(200);
    expect(body.results).toMatchObject([
      { ok: true, replayed: false, balance_usd: "0.00" },
      { ok: true, replayed: true, amount_usd: "1.00" },
      {
        ok: false,
        error: "PAYMENT_REQUIRED",
        statusCode: 402,
        details: { available_usd: "5.00", required_usd: "6.00" },
      },
      { ok: true, replayed: false, balance_usd: "0.00" },
    ]);
    expect(body.results[2].details.topup_url).toContain(two.customerId);
  });

  it("accepts a thousand items, and names an invalid one", async () => {
    const customer = await aFunded("1000.00");
    const charges = Array.from({ length: 1_000 }, () => chargeOf("0.50"));

    const { body } = await customer.post(`${CHARGES}/batch`, { charges });

    expect(body.results.filter((result: { ok: boolean }) => result.ok)).toHaveLength(1_000);
    expect((await readBalance(customer.customerId)).balance).toBe(usd("500.00"));
    expectIssue(await customer.post(`${CHARGES}/batch`, { charges: [...charges, chargeOf("1")] }), "charges");
    expectIssue(await customer.post(`${CHARGES}/batch`, { charges: [] }), "charges");
    const wrong = { charges: [chargeOf("1"), chargeOf("0"), chargeOf("1")] };
    expectIssue(await customer.post(`${CHARGES}/batch`, wrong), "charges.1.amount_usd");
    const unnamed = { charges: [{ amount_usd: "1" }] };
    expectIssue(await customer.post(`${CHARGES}/batch`, unnamed), "charges.0.idempotency_key");
    expect((await readBalance(customer.customerId)).balance).toBe(usd("500.00"));
  });

  it("rejects a customer's overdraft in an item, and charges nothing", async () => {
    const customer = await aFunded("5.00");
    const charges = [chargeOf("1.00"), chargeOf("9.00", { overdraft: "allow" })];

    const { status, body } = await customer.post(`${CHARGES}/batch`, { charges });

    expect([status, body.details]).toEqual([403, { reason: "operator_only", path: "charges.1.overdraft" }]);
    expect((await readBalance(customer.customerId)).balance).toBe(usd("5.00"));
  });

  it("names the item of another customer, and charges nothing", async () => {
    const [customer, other] = [await aFunded("5.00"), await aFunded("5.00")];
    const foreign = { customer_id: other.customerId };
    const charges = [chargeOf("1.00"), chargeOf("1.00"), chargeOf("1.00", foreign)];

    const { status, body } = await customer.post(`${CHARGES}/batch`, { charges });

    expect([status, body.details]).toEqual([
      403,
      { reason: "foreign_customer", path: "charges.2.customer_id" },
    ]);
    expect((await readBalance(customer.customerId)).balance).toBe(usd("5.00"));
  });
});

describe("POST /usage/charges/{id}/refund", () => {
  it("is 409 if the balance would exceed the range", async () => {
    const customer = await aFunded("5.00");
    const { customerId } = customer;
    const { body: charged } = await customer.post(CHARGES, chargeOf("4.00"));
    const path = `${CHARGES}/${charged.charge_id}/refund`;
    const setBalance = (balanceNanos: bigint) =>
      prisma().ledgerAccount.update({ where: { customerId }, data: { balanceNanos } });
    await setBalance(8_999_999_999_000_000_000n);

    const { status, body } = await operator.post(path, chargeOf("4.00", { customer_id: customerId }));
    await setBalance(usd("1.00"));

    expect([status, body.error]).toEqual([409, "CONFLICT"]);
    expect(body.message).toContain("exceed the range of the ledger");
    const again = await operator.post(path, chargeOf("4.00", { customer_id: customerId }));
    expect(again.body).toMatchObject({ amount_usd: "4.00", balance_usd: "5.00" });
  });

  it("refunds a part, then the rest, for the operator only", async () => {
    const customer = await aFunded("5.00");
    const { body: charged } = await customer.post(CHARGES, chargeOf("4.00"));
    const path = `${CHARGES}/${charged.charge_id}/refund`;
    const own = { customer_id: customer.customerId };

    expect((await customer.post(path, { idempotency_key: aKey() })).body.details).toEqual({
      reason: "operator_only",
    });
    const part = await operator.post(path, chargeOf("1.00", own));
    const tooMuch = await operator.post(path, chargeOf("3.01", own));
    const rest = await operator.post(path, { idempotency_key: aKey(), ...own });
    const nothing = await operator.post(path, { idempotency_key: aKey(), ...own });

    expect(part.body).toMatchObject({
      amount_usd: "1.00",
      balance_usd: "2.00",
      charge_id: charged.charge_id,
    });
    expect(part.body.refund_id).toMatch(/^rfd_/);
    expect(tooMuch.body).toMatchObject({ statusCode: 409, details: { refundable_usd: "3.00" } });
    expect(rest.body).toMatchObject({ amount_usd: "3.00", balance_usd: "5.00" });
    expect(nothing.status).toBe(409);
  });

  it("does not find another customer's charge", async () => {
    const [customer, other] = [await aFunded("5.00"), await aFunded("5.00")];
    const { body: charged } = await customer.post(CHARGES, chargeOf("4.00"));

    const path = `${CHARGES}/${charged.charge_id}/refund`;

    expect(
      (await operator.post(path, { idempotency_key: aKey(), customer_id: other.customerId })).status,
    ).toBe(404);
  });
});

describe("holds", () => {
  const open = async (customer: ApiCustomer, amount: string, rest: Record<string, unknown> = {}) =>
    (await customer.post(HOLDS, chargeOf(amount, rest))).body;

  it("are opened, read, captured in part and listed", async () => {
    const customer = await aFunded("10.00");
    const hold = await open(customer, "6.00", { expires_in_seconds: 60 });

    expect(hold).toMatchObject({ status: "open", amount_usd: "6.00", captured_usd: null });
    expect((await customer.get("/api/v1/billing/balance")).body).toMatchObject({
      held_usd: "6.00",
      available_usd: "4.00",
    });
    const captured = await customer.post(`${HOLDS}/${hold.hold_id}/capture`, { amount_usd: "2.50" });
    expect(captured.body).toMatchObject({ status: "captured", captured_usd: "2.50", balance_usd: "7.50" });
    const again = await customer.post(`${HOLDS}/${hold.hold_id}/capture`, { amount_usd: "2.50" });
    expect(again.body).toEqual(captured.body);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect((await customer.get(`${HOLDS}/${hold.hold_id}`)).body).toMatchObject({
      status: "captured",
      captured_usd: "2.50",
    });
  });

  it("are captured in full and released without a body", async () => {
    const customer = await aFunded("10.00");
    const [one, two] = [await open(customer, "2.00"), await open(customer, "3.00")];
    const bare = (path: string) =>
      fetch(`${brim.url}${path}`, { method: "POST", headers: { authorization: `Bearer ${customer.key}` } });

    expect((await bare(`${HOLDS}/${one.hold_id}/capture`)).status).toBe(200);
    expect((await bare(`${HOLDS}/${two.hold_id}/release`)).status).toBe(200);

    expect(await readBalance(customer.customerId)).toMatchObject({ balance: usd("8.00"), held: 0n });
  });

  it("cannot be captured for zero, or for more than is available", async () => {
    const customer = await aFunded("10.00");
    const hold = await open(customer, "6.00");

    expectIssue(
      await customer.post(`${HOLDS}/${hold.hold_id}/capture`, { amount_usd: "0.00" }),
      "amount_usd",
    );
    const above = await customer.post(`${HOLDS}/${hold.hold_id}/capture`, { amount_usd: "10.01" });
    expect(above.body).toMatchObject({
      statusCode: 402,
      details: { available_usd: "4.00", required_usd: "4.01" },
    });
  });

  it("of the operator cannot be closed by the customer", async () => {
    const customer = await aFunded("10.00");
    const { body: hold } = await operator.post(HOLDS, chargeOf("2.00", { customer_id: customer.customerId }));

    for (const verb of ["capture", "release"]) {
      const answer = await customer.post(`${HOLDS}/${hold.hold_id}/${verb}`, {});
      expect(answer.body).toMatchObject({ statusCode: 403, details: { reason: "foreign_hold" } });
    }
    const released = await operator.post(`${HOLDS}/${hold.hold_id}/release`, {
      customer_id: customer.customerId,
    });
    expect(released.body.status).toBe("released");
  });

  it("of another customer are not found", async () => {
    const [customer, other] = [await aFunded("10.00"), await aFunded("10.00")];
    const hold = await open(customer, "2.00");

    expect((await other.get(`${HOLDS}/${hold.hold_id}`)).status).toBe(404);
    expect((await other.post(`${HOLDS}/${hold.hold_id}/capture`, {})).status).toBe(404);
  });

  it.each([0, 86_401, 1.5, "60"])("cannot last %j seconds", async (seconds) => {
    const customer = await aFunded("10.00");

    expectIssue(
      await customer.post(HOLDS, chargeOf("1.00", { expires_in_seconds: seconds })),
      "expires_in_seconds",
    );
  });
});

describe("access to spending", () => {
  it.each<[string, string, unknown]>([
    ["POST", CHARGES, chargeOf("1.00")],
    ["POST", `${CHARGES}/batch`, { charges: [chargeOf("1.00")] }],
    ["POST", `${CHARGES}/chg_1/refund`, chargeOf("1.00")],
    ["POST", HOLDS, chargeOf("1.00")],
    ["POST", `${HOLDS}/hold_1/capture`, {}],
    ["POST", `${HOLDS}/hold_1/release`, {}],
    ["GET", `${HOLDS}/hold_1`, undefined],
  ])("%s %s needs a key with the scope", async (method, path, body) => {
    const customer = await aCustomer(brim, ["billing:write"]);

    const without = method === "GET" ? await customer.get(path) : await customer.post(path, body);
    const init =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const nobody = await fetch(`${brim.url}${path}`, { method, ...init });

    expect(without.status).toBe(403);
    expect(without.body.details).toEqual({ required_scope: method === "GET" ? "usage:read" : "usage:write" });
    expect(nobody.status).toBe(401);
  });
});

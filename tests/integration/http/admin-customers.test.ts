import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { aCustomer, callerWith, type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { actionsOn, anOperator, expectRefusedField, type Operator, walk } from "@/tests/support/operator";
import { topUp } from "@/tests/support/spending";

const CUSTOMERS = "/api/v1/admin/customers";
const CHARGES = "/api/v1/usage/charges";
const UNKNOWN = "cust_01m81xgxrcexrs47sfmrsawft1";

let brim: RunningBrim;
let operator: Operator;

beforeAll(async () => {
  brim = await startBrim();
  operator = await anOperator(brim);
});
afterAll(() => brim.stop());

const make = (body: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  operator.post(CUSTOMERS, { name: "Acme AI", email: "billing@acme.example", ...body }, headers);

describe("a new customer", () => {
  it("has a balance of zero and a lower-case email address", async () => {
    const { status, body } = await make({ email: "Billing@Acme.Example" });

    expect(status).toBe(200);
    expect(body).toEqual({
      customer_id: expect.stringMatching(/^cust_/),
      name: "Acme AI",
      email: "billing@acme.example",
      status: "active",
      balance_usd: "0.00",
      held_usd: "0.00",
      available_usd: "0.00",
      created_at: expect.any(String),
    });
    expect((await operator.get(`${CUSTOMERS}/${body.customer_id}`)).body).toEqual(body);
    expect(await actionsOn(body.customer_id)).toEqual([
      {
        verb: "create_customer",
        apiKeyId: operator.apiKeyId,
        customerId: body.customer_id,
        reason: null,
      },
    ]);
  });

  it("is created once per Idempotency-Key under concurrent requests", async () => {
    const headers = { "Idempotency-Key": "customer-1" };

    const answers = await Promise.all(Array.from({ length: 8 }, () => make({ name: "Once" }, headers)));
    const again = await make({ name: "Once" }, headers);

    expect(await prisma().customer.count({ where: { name: "Once" } })).toBe(1);
    // Requests that arrive while the first is running get 409.
    for (const { status } of answers) expect([200, 409]).toContain(status);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect(again.status).toBe(200);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
  });

  it("is found by its idempotency key after the stored response was deleted", async () => {
    const headers = { "Idempotency-Key": "customer-2" };
    const { body: first } = await make({ name: "Kept" }, headers);
    await prisma().storedAnswer.deleteMany();

    const again = await make({ name: "Kept" }, headers);
    const other = await make({ name: "Other" }, headers);

    expect(again.body).toEqual(first);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect([other.status, other.body.error]).toEqual([409, "IDEMPOTENCY_CONFLICT"]);
  });

  it("may have the same email address as another", async () => {
    const email = "two@companies.example";
    const [one, two] = [await make({ email }), await make({ email })];

    const { body } = await operator.get(`${CUSTOMERS}?email=TWO@companies.example`);

    expect(body.customers.map((customer: { customer_id: string }) => customer.customer_id)).toEqual([
      two.body.customer_id,
      one.body.customer_id,
    ]);
  });

  it.each([
    ["a&b@example.com", "a&b@example.com"],
    ["o'brien+billing@example.photography", "o'brien+billing@example.photography"],
    ["Rechnung@MÜNCHEN.de", "rechnung@xn--mnchen-3ya.de"],
  ])("takes the address %s, and finds it again as it was written", async (email, stored) => {
    const { status, body } = await make({ email });
    const found = await operator.get(`${CUSTOMERS}?${new URLSearchParams({ email })}`);

    expect([status, body.email]).toEqual([200, stored]);
    expect(found.body.customers.map((one: { customer_id: string }) => one.customer_id)).toEqual([
      body.customer_id,
    ]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["no name", { name: undefined }, "name"],
    ["a blank name", { name: "   " }, "name"],
    ["a long name", { name: "x".repeat(201) }, "name"],
    ["a name with a control character", { name: "a\u0000b" }, "name"],
    ["no email address", { email: undefined }, "email"],
    ["an invalid email address", { email: "acme" }, "email"],
    ["an address with a line break", { email: "a@b.example\nBcc: c@d.example" }, "email"],
    ["an address with a NUL", { email: "a\u0000b@c.example" }, "email"],
    ["an address with a lone surrogate", { email: "\ud800@c.example" }, "email"],
    ["a long address", { email: `${"x".repeat(250)}@a.example` }, "email"],
    ["an unknown field", { balance_usd: "100.00" }, "balance_usd"],
  ])("is refused for %s", async (_what, body, field) => {
    const before = await prisma().customer.count();

    expectRefusedField(await make(body), field);
    expect(await prisma().customer.count()).toBe(before);
  });
});

describe("the list of customers", () => {
  it("pages through all of them with their balances, newest first, each once", async () => {
    const { body: newest } = await make({ name: "Newest" });
    await topUp(newest.customer_id, "25.00");

    const all = await walk(operator.get, CUSTOMERS, "customers", 3);

    expect(all).toHaveLength(await prisma().customer.count());
    expect(new Set(all.map((customer) => customer.customer_id)).size).toBe(all.length);
    expect(all[0]).toMatchObject({ name: "Newest", balance_usd: "25.00", available_usd: "25.00" });
  });

  it("rejects an invalid email address and a repeated parameter", async () => {
    expectRefusedField(await operator.get(`${CUSTOMERS}?email=acme`), "email");
    expectRefusedField(await operator.get(`${CUSTOMERS}?limit=1&limit=2`), "limit");
    expectRefusedField(await operator.get(`${CUSTOMERS}?name=Acme`), "name");
  });
});

describe("freezing", () => {
  it("stops new spending immediately but allows top-ups, until unfrozen", async () => {
    const customer = await aCustomer(brim);
    const path = `${CUSTOMERS}/${customer.customerId}`;
    await topUp(customer.customerId, "25.00");
    const charge = (key: string) => customer.post(CHARGES, { amount_usd: "1.00", idempotency_key: key });

    const frozen = await operator.post(`${path}/freeze`, { reason: "Unusual spending" });
    const refused = await charge("one");
    await topUp(customer.customerId, "5.00");
    const unfrozen = await operator.post(`${path}/unfreeze`, { reason: "It was them" });

    expect(frozen.body.status).toBe("frozen");
    expect(refused.status).toBe(403);
    expect(refused.body.details).toEqual({ reason: "account_frozen" });
    expect(unfrozen.body).toMatchObject({ status: "active", balance_usd: "30.00" });
    expect((await charge("one")).status).toBe(200);
    expect(await actionsOn(customer.customerId)).toEqual([
      {
        verb: "freeze_customer",
        apiKeyId: operator.apiKeyId,
        customerId: customer.customerId,
        reason: "Unusual spending",
      },
      {
        verb: "unfreeze_customer",
        apiKeyId: operator.apiKeyId,
        customerId: customer.customerId,
        reason: "It was them",
      },
    ]);
    await expectLedgerVerified();
  });

  it("happens once under concurrent requests", async () => {
    const { customerId } = await aCustomer(brim);

    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        operator.post(`${CUSTOMERS}/${customerId}/freeze`, { reason: "Unusual" }),
      ),
    );

    expect(answers.map(({ status, body }) => [status, body.status])).toEqual(Array(6).fill([200, "frozen"]));
    expect(await actionsOn(customerId)).toHaveLength(1);
  });

  it("is rejected for a closed account", async () => {
    const { customerId } = await aCustomer(brim);
    await prisma().ledgerAccount.update({ where: { customerId }, data: { status: "closed" } });

    for (const verb of ["freeze", "unfreeze"]) {
      const answer = await operator.post(`${CUSTOMERS}/${customerId}/${verb}`, { reason: "Why" });
      expect([answer.status, answer.body.error]).toEqual([409, "CONFLICT"]);
    }
    expect(await actionsOn(customerId)).toEqual([]);
  });

  it("requires a reason", async () => {
    const { customerId } = await aCustomer(brim);

    for (const body of [{}, { reason: "" }, { reason: 1 }, { reason: "x".repeat(501) }]) {
      expectRefusedField(await operator.post(`${CUSTOMERS}/${customerId}/freeze`, body), "reason");
    }
  });
});

describe("a customer that does not exist", () => {
  it.each([UNKNOWN, "cust_1", "key_01m81xgxrcexrs47sfmrsawft1", "%27%20OR"])("is 404: %s", async (id) => {
    const answers = [
      await operator.get(`${CUSTOMERS}/${id}`),
      await operator.post(`${CUSTOMERS}/${id}/freeze`, { reason: "Why" }),
      await operator.post(`${CUSTOMERS}/${id}/unfreeze`, { reason: "Why" }),
      await operator.post(`${CUSTOMERS}/${id}/billing-link`, {}),
    ];

    expect(answers.map(({ status, body }) => [status, body.error])).toEqual(
      Array(4).fill([404, "NOT_FOUND"]),
    );
  });
});

it("a customer key, and an operator key without admin, cannot manage customers", async () => {
  const customer = await aCustomer(brim);
  const spender = await anOperator(brim, ["usage:read", "usage:write"]);

  for (const caller of [customer, spender, callerWith(brim, "brim_sk_nothing")]) {
    const answers = [
      await caller.get(CUSTOMERS),
      await caller.get(`${CUSTOMERS}/${customer.customerId}`),
      await caller.post(CUSTOMERS, { name: "A", email: "a@b.example" }),
      await caller.post(`${CUSTOMERS}/${customer.customerId}/freeze`, { reason: "Why" }),
      await caller.post(`${CUSTOMERS}/${customer.customerId}/billing-link`, {}),
    ];
    for (const { status } of answers) expect([401, 403]).toContain(status);
  }
});

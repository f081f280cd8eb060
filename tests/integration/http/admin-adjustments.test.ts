import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { type ApiCustomer, aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { actionsOn, anOperator, expectRefusedField, type Operator, walk } from "@/tests/support/operator";
import { topUp } from "@/tests/support/spending";

const ADJUSTMENTS = "/api/v1/admin/adjustments";
const CHARGES = "/api/v1/usage/charges";

let brim: RunningBrim;
let operator: Operator;

beforeAll(async () => {
  brim = await startBrim();
  operator = await anOperator(brim);
});
afterAll(() => brim.stop());

let lastKey = 0;
const adjust = (customer: { customerId: string }, amount: unknown, rest: Record<string, unknown> = {}) =>
  operator.post(ADJUSTMENTS, {
    customer_id: customer.customerId,
    amount_usd: amount,
    reason: "Charged twice",
    idempotency_key: `adjust-${++lastKey}`,
    ...rest,
  });

const balanceOf = async (customer: ApiCustomer) =>
  (await customer.get("/api/v1/billing/balance")).body.balance_usd;

describe("an adjustment", () => {
  it("raises and lowers a balance, and shows the customer the reason", async () => {
    const customer = await aCustomer(brim);

    const up = await adjust(customer, "10.000000001");
    const down = await adjust(customer, "-2.50", { reason: "Counted wrongly" });

    expect(up.body).toEqual({
      adjustment_id: expect.stringMatching(/^trf_/),
      customer_id: customer.customerId,
      amount_usd: "10.000000001",
      balance_usd: "10.000000001",
      available_usd: "10.000000001",
      reason: "Charged twice",
      created_at: expect.any(String),
    });
    expect(down.body).toMatchObject({ amount_usd: "-2.50", balance_usd: "7.500000001" });
    const { body } = await customer.get("/api/v1/billing/records");
    expect(body.records).toMatchObject([
      {
        record_id: down.body.adjustment_id,
        type: "adjustment",
        direction: "debit",
        amount_usd: "2.50",
        description: "Counted wrongly",
        api_key_id: operator.apiKeyId,
      },
      { record_id: up.body.adjustment_id, type: "adjustment", direction: "credit" },
    ]);
    expect(await actionsOn(down.body.adjustment_id)).toEqual([
      {
        verb: "adjust_balance",
        apiKeyId: operator.apiKeyId,
        customerId: customer.customerId,
        reason: "Counted wrongly",
      },
    ]);
    await expectLedgerVerified();
  });

  it("is made once per key under concurrent requests", async () => {
    const customer = await aCustomer(brim);

    const answers = await Promise.all(
      Array.from({ length: 16 }, () => adjust(customer, "5.00", { idempotency_key: "once" })),
    );

    expect(answers.map(({ status }) => status)).toEqual(Array(16).fill(200));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get("idempotent-replayed") === "true")).toHaveLength(15);
    expect(await balanceOf(customer)).toBe("5.00");
    expect(await actionsOn(answers[0]?.body.adjustment_id)).toHaveLength(1);
    await expectLedgerVerified();
  });

  it("is replayed by its key even if the balance is now too low", async () => {
    const customer = await aCustomer(brim);
    await adjust(customer, "5.00");
    const first = await adjust(customer, "-5.00", { idempotency_key: "spent" });

    const again = await adjust(customer, "-5.00", { idempotency_key: "spent" });

    expect(again.body).toEqual(first.body);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect((await adjust(customer, "-5.00")).status).toBe(402);
  });

  it.each<[string, Record<string, unknown>]>([
    ["another amount", { amount_usd: "6.00" }],
    ["another reason", { reason: "Something else" }],
    ["another overdraft setting", { overdraft: "allow" }],
  ])("is refused with 409 when its key comes with %s", async (_what, difference) => {
    const customer = await aCustomer(brim);
    await adjust(customer, "5.00", { idempotency_key: "same" });

    const answer = await adjust(customer, "5.00", { idempotency_key: "same", ...difference });

    expect([answer.status, answer.body.error]).toEqual([409, "IDEMPOTENCY_CONFLICT"]);
    expect(await balanceOf(customer)).toBe("5.00");
  });

  it("shares its keys with the operator's charges and holds", async () => {
    const customer = await aCustomer(brim);
    await topUp(customer.customerId, "25.00");
    const spend = { customer_id: customer.customerId, amount_usd: "1.00" };

    await operator.post(CHARGES, { ...spend, idempotency_key: "charge" });
    await operator.post("/api/v1/usage/holds", { ...spend, idempotency_key: "hold" });
    await adjust(customer, "1.00", { idempotency_key: "adjustment" });
    const answers = [
      await adjust(customer, "1.00", { idempotency_key: "charge" }),
      await adjust(customer, "1.00", { idempotency_key: "hold" }),
      await operator.post(CHARGES, { ...spend, idempotency_key: "adjustment" }),
      await operator.post("/api/v1/usage/holds", { ...spend, idempotency_key: "adjustment" }),
    ];

    expect(answers.map(({ status, body }) => [status, body.error])).toEqual(
      Array(4).fill([409, "IDEMPOTENCY_CONFLICT"]),
    );
    expect(await balanceOf(customer)).toBe("25.00");
    // The customer's own keys are separate.
    expect((await customer.post(CHARGES, { amount_usd: "1.00", idempotency_key: "charge" })).status).toBe(
      200,
    );
  });

  it("takes at most what is available, unless overdraft is allowed", async () => {
    const customer = await aCustomer(brim);
    await topUp(customer.customerId, "25.00");
    const hold = { amount_usd: "20.00", idempotency_key: "held" };
    await customer.post("/api/v1/usage/holds", hold);

    const refused = await adjust(customer, "-5.000000001");
    const taken = await adjust(customer, "-5.00");
    const below = await adjust(customer, "-30.00", { overdraft: "allow" });

    expect(refused.status).toBe(402);
    expect(refused.body.details).toMatchObject({ available_usd: "5.00", required_usd: "5.000000001" });
    expect(taken.body).toMatchObject({ balance_usd: "20.00", available_usd: "0.00" });
    expect(below.body).toMatchObject({ balance_usd: "-10.00", available_usd: "-30.00" });
    await expectLedgerVerified();
  });

  it("never takes more than is available under concurrent requests", async () => {
    const customer = await aCustomer(brim);
    await topUp(customer.customerId, "10.00");

    const answers = await Promise.all(Array.from({ length: 15 }, () => adjust(customer, "-1.00")));

    const counts = answers.map(({ status }) => status);
    expect(counts.filter((status) => status === 200)).toHaveLength(10);
    expect(counts.filter((status) => status === 402)).toHaveLength(5);
    expect(await balanceOf(customer)).toBe("0.00");
    await expectLedgerVerified();
  });

  it("works on a frozen account but not on a closed one", async () => {
    const [frozen, closed] = [await aCustomer(brim), await aCustomer(brim)];
    const setStatus = (customerId: string, status: string) =>
      prisma().ledgerAccount.update({ where: { customerId }, data: { status } });
    await setStatus(frozen.customerId, "frozen");
    await setStatus(closed.customerId, "closed");

    const [one, two] = [await adjust(frozen, "5.00"), await adjust(closed, "5.00")];

    expect(one.body.balance_usd).toBe("5.00");
    expect([two.status, two.body.details]).toEqual([403, { reason: "account_closed" }]);
  });

  it("is rejected if the balance would exceed the range", async () => {
    const customer = await aCustomer(brim);
    await prisma().ledgerAccount.update({
      where: { customerId: customer.customerId },
      data: { balanceNanos: 8_999_999_999_999_999_999n },
    });

    const answer = await adjust(customer, "1.00");

    expect([answer.status, answer.body.error]).toEqual([409, "CONFLICT"]);
    // Restored, so that the other tests can verify the ledger.
    await prisma().ledgerAccount.update({
      where: { customerId: customer.customerId },
      data: { balanceNanos: 0n },
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["no customer", { customer_id: undefined }, "customer_id"],
    ["the ID of another object type", { customer_id: "key_01m81xgxrcexrs47sfmrsawft1" }, "customer_id"],
    ["no amount", { amount_usd: undefined }, "amount_usd"],
    ["zero", { amount_usd: "0.00" }, "amount_usd"],
    ["minus zero", { amount_usd: "-0" }, "amount_usd"],
    ["more than a million", { amount_usd: "1000000.000000001" }, "amount_usd"],
    ["less than minus a million", { amount_usd: "-1000000.01" }, "amount_usd"],
    ["ten decimals", { amount_usd: "1.0000000001" }, "amount_usd"],
    ["an exponent", { amount_usd: "1e3" }, "amount_usd"],
    ["a plus sign", { amount_usd: "+1.00" }, "amount_usd"],
    ["no reason", { reason: undefined }, "reason"],
    ["a blank reason", { reason: " " }, "reason"],
    ["a reason with a control character", { reason: "a\u0000b" }, "reason"],
    ["no key", { idempotency_key: undefined }, "idempotency_key"],
    ["a key with spaces", { idempotency_key: "two words" }, "idempotency_key"],
    ["an unknown overdraft", { overdraft: "yes" }, "overdraft"],
    ["an unknown field", { direction: "credit" }, "direction"],
  ])("is refused for %s", async (_what, difference, field) => {
    const customer = await aCustomer(brim);

    expectRefusedField(await adjust(customer, "1.00", difference), field);
    expect(await balanceOf(customer)).toBe("0.00");
  });

  it("accepts a million dollars in either direction, and exact numbers", async () => {
    const customer = await aCustomer(brim);

    expect((await adjust(customer, "1000000.00")).status).toBe(200);
    expect((await adjust(customer, "-1000000.00")).status).toBe(200);
    expect((await adjust(customer, 0.5)).body.balance_usd).toBe("0.50");
  });

  it("needs a customer that exists and a key with the scope admin", async () => {
    const customer = await aCustomer(brim);
    const spender = await anOperator(brim, ["usage:write"]);
    const body = {
      customer_id: customer.customerId,
      amount_usd: "1.00",
      reason: "Mine",
      idempotency_key: "mine",
    };

    expect((await adjust({ customerId: "cust_01m81xgxrcexrs47sfmrsawft1" }, "1.00")).status).toBe(404);
    for (const caller of [customer, spender]) {
      expect((await caller.post(ADJUSTMENTS, body)).body.details).toEqual({ required_scope: "admin" });
    }
    expect(await balanceOf(customer)).toBe("0.00");
  });
});

describe("the list of adjustments", () => {
  it("pages through all, newest first, each once, or only those of one customer", async () => {
    const customer = await aCustomer(brim);
    for (const amount of ["1.00", "2.00", "-0.50"]) await adjust(customer, amount);

    const all = await walk(operator.get, ADJUSTMENTS, "adjustments", 4);
    const mine = await walk(
      operator.get,
      `${ADJUSTMENTS}?customer_id=${customer.customerId}`,
      "adjustments",
      2,
    );

    expect(all).toHaveLength(await prisma().ledgerTransfer.count({ where: { kind: "adjustment" } }));
    expect(new Set(all.map((one) => one.adjustment_id)).size).toBe(all.length);
    expect(mine).toMatchObject([
      { amount_usd: "-0.50", balance_after_usd: "2.50", api_key_id: operator.apiKeyId },
      { amount_usd: "2.00", balance_after_usd: "3.00", reason: "Charged twice" },
      { amount_usd: "1.00", balance_after_usd: "1.00" },
    ]);
  });

  it("is empty for a customer without adjustments", async () => {
    const { customerId } = await aCustomer(brim);

    const { body } = await operator.get(`${ADJUSTMENTS}?customer_id=${customerId}`);

    expect(body).toEqual({ adjustments: [], next_cursor: null });
  });
});

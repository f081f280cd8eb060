import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createApiKey } from "@/lib/api-keys";
import { type CustomerId, newId } from "@/lib/platform/ids";
import { COST_PERIODS, type CostPeriod, readUsageCost, rollUpUsage } from "@/lib/usage";
import { type ApiCustomer, aCustomer, callerWith, type RunningBrim, startBrim } from "@/tests/support/brim";
import { atDepth } from "@/tests/support/depth";
import { insertPast, KEY_A, KEY_B, type PastTransfer, pastTransfers } from "@/tests/support/history";

const NOW = new Date("2026-03-01T12:34:56.789Z");
const SIZE_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const PERIODS = Object.keys(COST_PERIODS) as CostPeriod[];

let brim: RunningBrim;
let customer: ApiCustomer;

beforeAll(async () => {
  brim = await startBrim();
});
beforeEach(async () => {
  customer = await aCustomer(brim);
});
afterAll(() => brim.stop());

/** The expected buckets, computed in the simplest way. */
function plainBuckets(past: readonly PastTransfer[], period: CostPeriod, now: Date): [string, bigint][] {
  const { bucket, count } = COST_PERIODS[period];
  const size = SIZE_MS[bucket];
  const numberOf = (at: Date) => Math.floor(at.getTime() / size);
  return Array.from({ length: count }, (_, index) => {
    const number = numberOf(now) - count + 1 + index;
    const cost = past
      .filter(({ at }) => numberOf(at) === number)
      .reduce((sum, { kind, amountNanos }) => {
        if (kind === "charge") return sum + amountNanos;
        return kind === "refund" ? sum - amountNanos : sum;
      }, 0n);
    return [new Date(number * size).toISOString(), cost];
  });
}

/** Mid-period, the last minute of an hour and a day, and the first minute of both. */
const MOMENTS = [
  NOW,
  ...["12:59:30.000Z", "23:59:59.999Z", "00:00:00.000Z"].map((time) => new Date(`2026-03-01T${time}`)),
];

async function readBuckets(
  customerId: CustomerId,
  period: CostPeriod,
  now: Date,
): Promise<[string, bigint][]> {
  const buckets = await readUsageCost(customerId, period, now);
  return buckets.map(({ at, cost }) => [at.toISOString(), cost]);
}

it("equals a plain sum of the ledger in every bucket, for any history and any rollups in between", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...MOMENTS).chain((now) =>
        fc.record({
          now: fc.constant(now),
          parts: fc.array(fc.array(pastTransfers(now), { maxLength: 15 }), { maxLength: 4 }),
        }),
      ),
      async ({ now, parts }) => {
        const { customerId } = await aCustomer(brim);

        for (const [index, part] of parts.entries()) {
          await insertPast(customerId, part);
          if (index % 2 === 0) await rollUpUsage({ chunk: 4, worthwhile: 1 });
        }

        for (const period of PERIODS)
          expect(await readBuckets(customerId, period, now)).toEqual(plainBuckets(parts.flat(), period, now));
      },
    ),
    { numRuns: atDepth({ ci: 25, deep: 2_000 }) },
  );
});

describe("GET /api/v1/usage/cost", () => {
  it.each([
    ["hour", "minute", 60],
    ["day", "hour", 24],
    ["week", "day", 7],
    ["month", "day", 30],
  ])(
    "divides a %s by the %s into %i buckets, including empty ones, ending with the current one",
    async (period, bucket, count) => {
      await insertPast(customer.customerId, [
        { kind: "charge", amountNanos: 12_000n, apiKeyId: null, at: new Date() },
        { kind: "refund", amountNanos: 2_000n, apiKeyId: null, at: new Date() },
      ]);

      const { status, body } = await customer.get(`/api/v1/usage/cost?period=${period}`);

      expect(status).toBe(200);
      expect(body).toMatchObject({ period, bucket });
      expect(body.data).toHaveLength(count);
      expect(body.data[0].cost_usd).toBe("0.00");
      // The minute may have changed between the write and the read.
      expect(body.data.slice(-2).map(({ cost_usd }: { cost_usd: string }) => cost_usd)).toContain("0.00001");
    },
  );

  it("shows a bucket with more refunded than charged as negative", async () => {
    const at = new Date(Date.now() - 2 * SIZE_MS.day);
    await insertPast(customer.customerId, [
      { kind: "refund", amountNanos: 1_500_000_000n, apiKeyId: null, at },
    ]);

    const { body } = await customer.get("/api/v1/usage/cost?period=week");

    expect(body.data.at(-3).cost_usd).toBe("-1.50");
  });

  it.each([
    ["no period", "", "period"],
    ["an empty one", "?period=", "period"],
    ["an unknown one", "?period=year", "period"],
    ["another case", "?period=Day", "period"],
    ["two", "?period=day&period=week", "period"],
    ["an unknown parameter", "?period=day&from=2026-01-01T00:00:00Z", "from"],
  ])("answers %s with 400 that names it", async (_what, query, field) => {
    const answer = await customer.get(`/api/v1/usage/cost${query}`);

    expect(answer.status).toBe(400);
    expect(answer.body.details.issues.map(({ path }: { path: string }) => path)).toContain(field);
  });
});

describe("GET /api/v1/usage", () => {
  const FROM = "2026-02-01T00:00:00.000Z";
  const TO = "2026-03-01T12:35:00.000Z";

  it("sums by type and by key, with zero for missing ones", async () => {
    const at = NOW;
    await insertPast(customer.customerId, [
      { kind: "charge", amountNanos: 1_000_000_000n, apiKeyId: KEY_B, at },
      { kind: "charge", amountNanos: 1n, apiKeyId: KEY_A, at },
      { kind: "charge", amountNanos: 2n, apiKeyId: KEY_A, at },
      { kind: "grant", amountNanos: 4n, apiKeyId: null, at },
    ]);

    const { body } = await customer.get(`/api/v1/usage?from=${FROM}&to=${TO}`);

    expect(body).toEqual({
      from: FROM,
      to: TO,
      totals: [
        { type: "charge", count: 3, amount_usd: "1.000000003" },
        { type: "refund", count: 0, amount_usd: "0.00" },
      ],
      by_key: [
        { api_key_id: KEY_A, type: "charge", count: 2, amount_usd: "0.000000003" },
        { api_key_id: KEY_B, type: "charge", count: 1, amount_usd: "1.00" },
      ],
    });
  });

  it("covers the current month by default, including the latest transfers", async () => {
    await insertPast(customer.customerId, [
      { kind: "charge", amountNanos: 5n, apiKeyId: null, at: new Date() },
    ]);

    const { body } = await customer.get("/api/v1/usage");

    expect(body.from).toMatch(/-01T00:00:00.000Z$/);
    expect(body.totals[0]).toEqual({ type: "charge", count: 1, amount_usd: "0.000000005" });
    expect(body.by_key).toEqual([{ api_key_id: null, type: "charge", count: 1, amount_usd: "0.000000005" }]);
  });

  it("includes `from`, excludes `to`, and accepts any UTC offset", async () => {
    const at = (text: string) => ({
      kind: "charge" as const,
      amountNanos: 1n,
      apiKeyId: null,
      at: new Date(text),
    });
    await insertPast(customer.customerId, [
      at("2026-02-01T00:00:00Z"),
      at("2026-02-01T00:59:59.999Z"),
      at("2026-02-01T01:00:00Z"),
    ]);
    const query = new URLSearchParams({ from: "2026-02-01T05:30:00+05:30", to: "2026-01-31T20:00:30-05:00" });

    const { body } = await customer.get(`/api/v1/usage?${query}`);

    expect(body).toMatchObject({ from: "2026-02-01T00:00:00.000Z", to: "2026-02-01T01:00:00.000Z" });
    expect(body.totals[0].count).toBe(2);
  });

  it.each([
    ["an end before the beginning", `?from=${TO}&to=${FROM}`, "to"],
    ["no time between", `?from=${FROM}&to=${FROM}`, "to"],
    ["more than 366 days", "?from=2025-01-01T00:00:00Z&to=2026-01-03T00:00:00Z", "from"],
    ["a day without a time", "?from=2026-02-01", "from"],
    ["a time without an offset", "?from=2026-02-01T00:00:00", "from"],
    ["a day that is not in the calendar", "?from=2026-02-30T00:00:00Z", "from"],
    ["a number", "?to=1767225600", "to"],
    ["words", "?to=now", "to"],
    ["an empty value", "?to=", "to"],
    ["the year zero", "?from=0000-01-01T00:00:00Z", "from"],
    ["the end of all years", "?to=9999-12-31T23:59:59-23:59", "to"],
    ["an unknown parameter", "?period=day", "period"],
  ])("answers %s with 400 that names it", async (_what, query, field) => {
    const answer = await customer.get(`/api/v1/usage${query}`);

    expect(answer.status).toBe(400);
    expect(answer.body.details.issues.map(({ path }: { path: string }) => path)).toContain(field);
  });
});

describe.each(["/api/v1/usage?", "/api/v1/usage/cost?period=day&"])("access to %s", (path) => {
  async function anOperator() {
    const { secret } = await createApiKey({ customerId: null, name: "operator", scopes: ["usage:read"] });
    return callerWith(brim, secret);
  }

  it("is granted to an operator, for the customer that it names", async () => {
    await insertPast(customer.customerId, [
      { kind: "charge", amountNanos: 1n, apiKeyId: null, at: new Date() },
    ]);
    const operator = await anOperator();

    const answers = [
      await operator.get(`${path}customer_id=${customer.customerId}`),
      await customer.get(`${path}customer_id=${customer.customerId}`),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(JSON.stringify(answers[0]?.body)).toContain("0.000000001");
  });

  it("is denied to an operator that names no customer or an unknown one", async () => {
    const operator = await anOperator();

    expect((await operator.get(path)).body.details.issues[0].path).toBe("customer_id");
    expect((await operator.get(`${path}customer_id=${newId("customer")}`)).status).toBe(404);
  });

  it("is denied to a customer that names another", async () => {
    const other = await aCustomer(brim);

    const answer = await customer.get(`${path}customer_id=${other.customerId}`);

    expect(answer.status).toBe(403);
    expect(answer.body.details).toEqual({ reason: "foreign_customer", path: "customer_id" });
  });

  it("is denied to a key without the scope", async () => {
    const stranger = await aCustomer(brim, ["billing:write"]);

    const answer = await stranger.get(path);

    expect(answer.status).toBe(403);
    expect(answer.body.details).toEqual({ required_scope: "usage:read" });
  });
});

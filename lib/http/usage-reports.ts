import { z } from "zod";
import { formatUsd } from "@/lib/money";
import {
  BUCKETS,
  COST_PERIODS,
  type CostBucket,
  type CostPeriod,
  readUsageCost,
  readUsageTotals,
  SPENDING_KINDS,
  type Span,
  type UsageTotal,
  type UsageTotals,
  usageSpan,
} from "@/lib/usage";
import { authorizeExistingCustomer } from "./pipeline/authorize-customer";
import { usageRoute } from "./route";
import { optionalCustomerIdInput, parseTime, timeInput } from "./schemas/request-fields";
import { idField, orNull, positiveUsdField, timeField, usdField } from "./schemas/response-fields";

const usageQuery = z.strictObject({
  from: timeInput.optional().meta({
    description:
      "The start, inclusive, rounded down to the minute. Defaults to the start of the UTC month that contains the end.",
    examples: ["2026-11-01T00:00:00Z"],
  }),
  to: timeInput.optional().meta({
    description:
      "The end, exclusive, rounded down to the minute. At most 366 days after `from`. Defaults to the end of the current minute.",
    examples: ["2026-12-01T00:00:00Z"],
  }),
  customer_id: optionalCustomerIdInput,
});

const totalFields = {
  type: z.enum(SPENDING_KINDS).meta({ description: "What is summed up.", examples: ["charge"] }),
  count: z
    .int()
    .min(0)
    .meta({ description: "The number of charges or refunds.", examples: [42] }),
  amount_usd: positiveUsdField("The total amount.", "1.575"),
};

const usageResponse = z
  .strictObject({
    from: timeField("The start, inclusive.", "2026-11-01T00:00:00.000Z"),
    to: timeField("The end, exclusive.", "2026-11-22T18:31:00.000Z"),
    totals: z
      .array(z.strictObject(totalFields).meta({ id: "UsageTotal", description: "The total of one type." }))
      .meta({ description: "One total per type, even if it is zero." }),
    by_key: z
      .array(
        z
          .strictObject({
            api_key_id: orNull(idField("apiKey", "The API key. Null for charges without one.")),
            ...totalFields,
          })
          .meta({ id: "UsageTotalOfKey", description: "The total of one type and one API key." }),
      )
      .meta({ description: "One total per API key and type that occurred." }),
  })
  .meta({ id: "UsageTotals", description: "Charges and refunds in a time range." });

export const getUsage = usageRoute(
  {
    method: "GET",
    path: "/api/v1/usage",
    operationId: "getUsage",
    tag: "Usage",
    summary: "Get total charges and refunds by type and API key",
    description:
      "Sums charges and refunds by the time at which they were recorded, by default in the current UTC month. Both ends of the range are rounded down to the minute and returned in the response. A charge is included as soon as it is confirmed.",
    scope: "usage:read",
    query: usageQuery,
    response: usageResponse,
    errors: ["not_found"],
  },
  async ({ actor, query }) => {
    const requested = { from: parseTime("from", query.from), to: parseTime("to", query.to) };
    const span = usageSpan(requested, new Date());
    const customerId = await authorizeExistingCustomer(actor, query.customer_id);
    return presentUsage(span, await readUsageTotals(customerId, span));
  },
);

function presentUsage(span: Span, { totals, byKey }: UsageTotals) {
  return {
    from: span.from.toISOString(),
    to: span.to.toISOString(),
    totals: totals.map(presentTotal),
    by_key: byKey.map((total) => ({ api_key_id: total.apiKeyId, ...presentTotal(total) })),
  } satisfies z.input<typeof usageResponse>;
}

/** No ledger has more rows than a number can count. */
function presentTotal({ kind, count, amount }: UsageTotal) {
  return { type: kind, count: Number(count), amount_usd: formatUsd(amount) };
}

const PERIODS = Object.keys(COST_PERIODS) as [CostPeriod, ...CostPeriod[]];

const usageCostQuery = z.strictObject({
  period: z.enum(PERIODS, { error: `Use one of these: ${PERIODS.join(", ")}.` }).meta({
    description: "The last 60 minutes, 24 hours, 7 days or 30 days in UTC, including the current one.",
    examples: ["day"],
  }),
  customer_id: optionalCustomerIdInput,
});

const usageCostResponse = z
  .strictObject({
    period: z.enum(PERIODS).meta({ description: "The requested period.", examples: ["day"] }),
    bucket: z.enum(BUCKETS).meta({ description: "The length of each bucket.", examples: ["hour"] }),
    data: z
      .array(
        z
          .strictObject({
            ts: timeField("The start of the bucket.", "2026-11-22T18:00:00.000Z"),
            cost_usd: usdField(
              "Charges minus refunds. Negative if more was refunded than charged.",
              "0.4125",
            ),
          })
          .meta({ id: "CostBucket", description: "The cost in one bucket." }),
      )
      .meta({
        description:
          "All buckets of the period, oldest first, including empty ones. The last one is incomplete.",
      }),
  })
  .meta({ id: "UsageCost", description: "The cost per bucket." });

export const getUsageCost = usageRoute(
  {
    method: "GET",
    path: "/api/v1/usage/cost",
    operationId: "getUsageCost",
    tag: "Usage",
    summary: "Get the cost over time",
    description:
      "The cost is charges minus refunds, each counted at its own time, so a bucket can be negative. Buckets are minutes for `hour`, hours for `day`, and days for `week` and `month`, all in UTC and including empty ones.",
    scope: "usage:read",
    query: usageCostQuery,
    response: usageCostResponse,
    errors: ["not_found"],
  },
  async ({ actor, query }) => {
    const customerId = await authorizeExistingCustomer(actor, query.customer_id);
    return presentUsageCost(query.period, await readUsageCost(customerId, query.period, new Date()));
  },
);

function presentUsageCost(period: CostPeriod, buckets: readonly CostBucket[]) {
  return {
    period,
    bucket: COST_PERIODS[period].bucket,
    data: buckets.map(({ at, cost }) => ({ ts: at.toISOString(), cost_usd: formatUsd(cost) })),
  } satisfies z.input<typeof usageCostResponse>;
}

import { z } from "zod";
import { idPattern } from "@/lib/platform/ids";
import { COST_PERIODS, type CostPeriod, readUsageCost, readUsageTotals, usageSpan } from "@/lib/usage";
import { usageAnswer, usageCostAnswer } from "../answers/usage-report";
import { exampleId } from "../fields/fields";
import { instantInput, readInstant } from "../fields/instant";
import { authorizeExistingCustomer } from "../pipeline/authorize-customer";
import { presentUsage, presentUsageCost } from "../present/usage-report";
import { usageRoute } from "../route";

const customerId = z
  .string({ error: "Send the customer's id once." })
  .regex(idPattern("customer"), "This is not the id of a customer (cust_…).")
  .optional()
  .meta({
    description: "Needed with a key of the operator; a customer's key acts on its own.",
    examples: [exampleId("customer")],
  });

const usageQuery = z.strictObject({
  from: instantInput.optional().meta({
    description:
      "Included. Cut down to a whole minute. Default: the first instant of the UTC month in which the span ends.",
    examples: ["2026-11-01T00:00:00Z"],
  }),
  to: instantInput.optional().meta({
    description:
      "Not included. Cut down to a whole minute, at most 366 days after `from`. Default: the end of the current minute.",
    examples: ["2026-12-01T00:00:00Z"],
  }),
  customer_id: customerId,
});

/** What was charged and given back, counted by the time of posting: by default in the current UTC month so far. */
export const getUsage = usageRoute(
  {
    method: "GET",
    path: "/api/v1/usage",
    operationId: "getUsage",
    tag: "Usage",
    summary: "Sum charges and refunds of a span of time, by type and by API key",
    description:
      "Sums go by the time of recording: by default the current UTC month so far. Both ends are cut down to whole minutes and told in the answer. A charge counts from the moment it was answered.",
    scope: "usage:read",
    query: usageQuery,
    answer: usageAnswer,
    refusals: ["not_found"],
  },
  async ({ actor, query }) => {
    const asked = { from: readInstant("from", query.from), to: readInstant("to", query.to) };
    const span = usageSpan(asked, new Date());
    const customerId = await authorizeExistingCustomer(actor, query.customer_id);
    return { body: presentUsage(span, await readUsageTotals(customerId, span)) };
  },
);

const PERIODS = Object.keys(COST_PERIODS) as [CostPeriod, ...CostPeriod[]];

const costQuery = z.strictObject({
  period: z.enum(PERIODS, { error: `Use one of these: ${PERIODS.join(", ")}.` }).meta({
    description: "The last 60 minutes, 24 hours, 7 days or 30 days of UTC, the current one included.",
    examples: ["day"],
  }),
  customer_id: customerId,
});

/** Cost is charges less refunds, each at the time of its own posting: a bucket can be negative. */
export const getUsageCost = usageRoute(
  {
    method: "GET",
    path: "/api/v1/usage/cost",
    operationId: "getUsageCost",
    tag: "Usage",
    summary: "Read what was spent, bucket by bucket",
    description:
      "Cost is charges less refunds, each at its own time, so a bucket can be negative. Buckets are minutes for an hour, hours for a day, days for a week or a month; all in UTC, empty ones included.",
    scope: "usage:read",
    query: costQuery,
    answer: usageCostAnswer,
    refusals: ["not_found"],
  },
  async ({ actor, query }) => {
    const customerId = await authorizeExistingCustomer(actor, query.customer_id);
    return {
      body: presentUsageCost(query.period, await readUsageCost(customerId, query.period, new Date())),
    };
  },
);

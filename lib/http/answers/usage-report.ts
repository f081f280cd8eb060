import { z } from "zod";
import { BUCKETS, COST_PERIODS, type CostPeriod, SPENDING_KINDS } from "@/lib/usage";
import { idField, instantField, orNull, positiveUsdField, usdField } from "../fields/fields";

const total = {
  type: z.enum(SPENDING_KINDS).meta({ description: "What is counted.", examples: ["charge"] }),
  count: z
    .int()
    .min(0)
    .meta({ description: "How many.", examples: [42] }),
  amount_usd: positiveUsdField("How much altogether; for refunds, how much was given back.", "1.575"),
};

/** Sums of a span of time. */
export const usageAnswer = z
  .strictObject({
    from: instantField("The span's first instant.", "2026-11-01T00:00:00.000Z"),
    to: instantField("The instant at which the span ends, not included.", "2026-11-22T18:31:00.000Z"),
    totals: z
      .array(z.strictObject(total).meta({ id: "UsageTotal", description: "A sum of one type." }))
      .meta({ description: "One sum for each type, also when there was nothing." }),
    by_key: z
      .array(
        z
          .strictObject({
            api_key_id: orNull(idField("apiKey", "The key that spent; null where none did.")),
            ...total,
          })
          .meta({ id: "UsageTotalOfKey", description: "A sum of one type and one API key." }),
      )
      .meta({ description: "One sum for each key and type that occurred." }),
  })
  .meta({ id: "UsageTotals", description: "What was charged and given back in a span of time." });

const PERIODS = Object.keys(COST_PERIODS) as [CostPeriod, ...CostPeriod[]];

/** What was spent, bucket by bucket. */
export const usageCostAnswer = z
  .strictObject({
    period: z.enum(PERIODS).meta({ description: "The period that was asked for.", examples: ["day"] }),
    bucket: z.enum(BUCKETS).meta({ description: "How long each bucket is.", examples: ["hour"] }),
    data: z
      .array(
        z
          .strictObject({
            ts: instantField("The bucket's first instant.", "2026-11-22T18:00:00.000Z"),
            cost_usd: usdField(
              "Charges less refunds. Negative where more was given back than charged.",
              "0.4125",
            ),
          })
          .meta({ id: "CostBucket", description: "What was spent in one bucket." }),
      )
      .meta({
        description:
          "Every bucket of the period, oldest first, empty ones included. The last one is not over yet.",
      }),
  })
  .meta({ id: "UsageCost", description: "What was spent, bucket by bucket." });

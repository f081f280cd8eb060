import { type Nanos, nanos, ZERO } from "@/lib/money";
import { onPool, type Statement } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { bucketsOf, COST_PERIODS, type CostPeriod, shift } from "./buckets";
import { SPENDING_ROWS, spendingValues } from "./spending";

/** The cost of one bucket. */
export interface CostBucket {
  /** The start of the bucket. */
  at: Date;
  /** Charges minus refunds. Can be negative: a refund counts when it is made. */
  cost: Nanos;
}

export const USAGE_COST: Statement = {
  name: "usage_cost",
  text: `
    SELECT date_trunc($8, at, 'UTC') AS bucket_at,
           sum(CASE kind WHEN 'charge' THEN amount ELSE -amount END)::text AS cost
    FROM (${SPENDING_ROWS}) AS spending
    GROUP BY 1`,
};

/** Sums what a customer spent per bucket, oldest first and including empty buckets. The last bucket is the current one. */
export async function readUsageCost(
  customerId: CustomerId,
  period: CostPeriod,
  now: Date,
): Promise<CostBucket[]> {
  const { bucket, count } = COST_PERIODS[period];
  const starts = bucketsOf(period, now);
  const from = starts[0] ?? now;
  const rows = await onPool().run<{ bucket_at: Date; cost: string }>(USAGE_COST, [
    ...spendingValues(customerId, { from, to: shift(bucket, from, count) }, bucket),
    bucket,
  ]);
  const costs = new Map(rows.map((row) => [row.bucket_at.getTime(), nanos(BigInt(row.cost))]));
  return starts.map((at) => ({ at, cost: costs.get(at.getTime()) ?? ZERO }));
}

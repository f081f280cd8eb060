import type { z } from "zod";
import { formatUsd } from "@/lib/money";
import {
  COST_PERIODS,
  type CostBucket,
  type CostPeriod,
  type Span,
  type UsageTotal,
  type UsageTotals,
} from "@/lib/usage";
import type { usageAnswer, usageCostAnswer } from "../answers/usage-report";

/** Totals of usage as they are sent: with the span that they are of, which may be cut to whole minutes. */
export function presentUsage(span: Span, { totals, byKey }: UsageTotals) {
  return {
    from: span.from.toISOString(),
    to: span.to.toISOString(),
    totals: totals.map(presentTotal),
    by_key: byKey.map((total) => ({ api_key_id: total.apiKeyId, ...presentTotal(total) })),
  } satisfies z.input<typeof usageAnswer>;
}

/** A count of rows is a number: no ledger has more than JavaScript can count. */
function presentTotal({ kind, count, amount }: UsageTotal) {
  return { type: kind, count: Number(count), amount_usd: formatUsd(amount) };
}

export function presentUsageCost(period: CostPeriod, buckets: readonly CostBucket[]) {
  return {
    period,
    bucket: COST_PERIODS[period].bucket,
    data: buckets.map(({ at, cost }) => ({ ts: at.toISOString(), cost_usd: formatUsd(cost) })),
  } satisfies z.input<typeof usageCostAnswer>;
}

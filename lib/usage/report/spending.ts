import type { CustomerId } from "@/lib/platform/ids";
import { type Bucket, type Span, wholeBucketsOf } from "./buckets";

/** What counts as spending: the other kinds of transfers are about top-ups, and another scope shows them. */
export const SPENDING_KINDS = ["charge", "refund"] as const;
export type SpendingKind = (typeof SPENDING_KINDS)[number];

/**
 * Everything that a customer ($1) spent from $2 up to $3, as rows of `kind, api_key_id, at, amount, count`: sums by day
 * from $6 up to $7, by hour around them from $4 up to $5, and by minute around those, as far as they reach, and the
 * ledger's own rows beyond the mark. One statement has one snapshot, and sums and mark change in one transaction: each
 * transfer is in exactly one of the parts, whether a worker is at it or away.
 *
 * The upper end of `seq` excludes nothing. It tells the planner that this is a short range, to be read by primary key.
 */
export const SPENDING_ROWS = `
  WITH mark AS MATERIALIZED (
    SELECT coalesce(max(seq), 0) AS seq, coalesce(max(minutes_begin_at), '-infinity') AS minutes_begin_at
    FROM usage_rollup_mark WHERE customer_id = $1
  )
  ${sumsBy("day", "$6", "$7")}
  UNION ALL ${sumsBy("hour", "$4", "$6")}
  UNION ALL ${sumsBy("hour", "$7", "$5")}
  UNION ALL ${minutes("$2", "$4")}
  UNION ALL ${minutes("$5", "$3")}
  UNION ALL
  SELECT kind, coalesce(api_key_id, ''), created_at, amount_nanos, 1 FROM ledger_transfer
  WHERE customer_id = $1 AND kind IN ('charge', 'refund')
    AND seq > (SELECT seq FROM mark)
    AND seq <= (SELECT last_seq FROM ledger_account WHERE customer_id = $1)
    AND created_at >= $2::timestamptz AND created_at < $3::timestamptz`;

function sumsBy(grain: Bucket, from: string, to: string): string {
  return `
  SELECT kind, api_key_id, bucket_at AS at, amount_nanos AS amount, count FROM usage_rollup
  WHERE customer_id = $1 AND grain = '${grain}' AND kind IN ('charge', 'refund')
    AND bucket_at >= ${from}::timestamptz AND bucket_at < ${to}::timestamptz`;
}

/**
 * By minute; before the first minute that is kept, the transfers themselves. Each hour knows between which numbers its
 * own lie, whatever the clock did when they were posted.
 */
function minutes(from: string, to: string): string {
  const kept = "(SELECT minutes_begin_at FROM mark)";
  const prunedHours = `
      FROM usage_rollup WHERE customer_id = $1 AND grain = 'hour' AND kind IN ('charge', 'refund')
        AND bucket_at >= date_trunc('hour', ${from}::timestamptz, 'UTC') AND bucket_at < least(${to}::timestamptz, ${kept})`;
  return `${sumsBy("minute", from, to)} AND bucket_at >= ${kept}
  UNION ALL
  SELECT kind, coalesce(api_key_id, ''), created_at, amount_nanos, 1 FROM ledger_transfer
  WHERE customer_id = $1 AND kind IN ('charge', 'refund')
    AND seq >= (SELECT min(first_seq) ${prunedHours})
    AND seq <= (SELECT max(last_seq) ${prunedHours})
    AND created_at >= ${from}::timestamptz AND created_at < least(${to}::timestamptz, ${kept})`;
}

/**
 * The values for $1 to $7 of `SPENDING_ROWS`.
 *
 * @param coarsest no sums by more than this are read: a larger one cannot be told apart into buckets of this size
 */
export function spendingValues(customerId: CustomerId, span: Span, coarsest: Bucket): string[] {
  const none = { from: span.to, to: span.to };
  const hours = coarsest === "minute" ? none : wholeBucketsOf("hour", span);
  const days = coarsest === "day" ? wholeBucketsOf("day", hours) : { from: hours.to, to: hours.to };
  const ends = [span.from, span.to, hours.from, hours.to, days.from, days.to];
  return [customerId, ...ends.map((at) => at.toISOString())];
}

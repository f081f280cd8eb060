import type { CustomerId } from "@/lib/platform/ids";
import { type Span, wholeHoursOf } from "./buckets";

/** What counts as spending: the other kinds of transfers are about top-ups, and another scope shows them. */
export const SPENDING_KINDS = ["charge", "refund"] as const;
export type SpendingKind = (typeof SPENDING_KINDS)[number];

/**
 * Everything that a customer ($1) spent from $2 up to $3, as rows of `kind, api_key_id, at, amount, count`: sums by hour
 * from $4 up to $5 and by minute around them, as far as they reach, and the ledger's own rows beyond the mark. One
 * statement has one snapshot, and sums and mark change in one transaction: each transfer is in exactly one of the parts,
 * whether a worker is at it or away.
 *
 * The upper end of `seq` excludes nothing. It tells the planner that this is a short range, to be read by primary key.
 */
export const SPENDING_ROWS = `
  SELECT kind, api_key_id, bucket_at AS at, amount_nanos AS amount, count FROM usage_rollup
  WHERE customer_id = $1 AND grain = 'hour' AND kind IN ('charge', 'refund')
    AND bucket_at >= $4::timestamptz AND bucket_at < $5::timestamptz
  UNION ALL
  SELECT kind, api_key_id, bucket_at, amount_nanos, count FROM usage_rollup
  WHERE customer_id = $1 AND grain = 'minute' AND kind IN ('charge', 'refund')
    AND bucket_at >= $2::timestamptz AND bucket_at < $4::timestamptz
  UNION ALL
  SELECT kind, api_key_id, bucket_at, amount_nanos, count FROM usage_rollup
  WHERE customer_id = $1 AND grain = 'minute' AND kind IN ('charge', 'refund')
    AND bucket_at >= $5::timestamptz AND bucket_at < $3::timestamptz
  UNION ALL
  SELECT kind, coalesce(api_key_id, ''), created_at, amount_nanos, 1 FROM ledger_transfer
  WHERE customer_id = $1 AND kind IN ('charge', 'refund')
    AND seq > (SELECT coalesce(max(seq), 0) FROM usage_rollup_mark WHERE customer_id = $1)
    AND seq <= (SELECT last_seq FROM ledger_account WHERE customer_id = $1)
    AND created_at >= $2::timestamptz AND created_at < $3::timestamptz`;

/** The values for $1 to $5 of `SPENDING_ROWS`. */
export function spendingValues(customerId: CustomerId, span: Span): string[] {
  const hours = wholeHoursOf(span);
  return [customerId, ...[span.from, span.to, hours.from, hours.to].map((at) => at.toISOString())];
}

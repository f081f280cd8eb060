import type { CustomerCheck, ModuleChecks } from "@/lib/ledger";

/** The usage rollups equal the sums of the transfers, up to the mark. */
const ROLLUP_CHECKS: readonly CustomerCheck[] = [
  {
    name: "rollup_mark",
    sql: (part) => `
      SELECT m.customer_id, m.seq, NULL AS subject_id,
             format('The usage rollups include transfers up to %s, but the last one is %s.', m.seq, coalesce(a.last_seq, 0)) AS message
      FROM ${part("usage_rollup_mark")} m LEFT JOIN ${part("ledger_account")} a USING (customer_id)
      WHERE m.seq NOT BETWEEN 0 AND coalesce(a.last_seq, 0)`,
  },
  {
    // Without a mark, everything would be added again.
    name: "rollup_without_mark",
    sql: (part) => `
      SELECT r.customer_id, NULL AS seq, NULL AS subject_id,
             format('There are %s usage rollups, but no mark of the last included transfer.', count(*)) AS message
      FROM ${part("usage_rollup")} r LEFT JOIN ${part("usage_rollup_mark")} m USING (customer_id)
      WHERE m.customer_id IS NULL GROUP BY r.customer_id`,
  },
  {
    name: "rollup_sum",
    sql: (part) => `
      WITH moved AS (
        -- Only an adjustment goes both ways: its sum is what it added.
        SELECT t.customer_id, t.kind, t.created_at >= coalesce(m.minutes_begin_at, '-infinity') AS has_minute, count(*) AS n,
               sum(CASE WHEN t.kind = 'adjustment' AND t.direction = 'debit' THEN -t.amount_nanos ELSE t.amount_nanos END) AS amount
        FROM ${part("ledger_transfer")} t JOIN ${part("usage_rollup_mark")} m USING (customer_id)
        WHERE t.seq <= m.seq GROUP BY 1, 2, 3
      ), rolled AS (
        SELECT r.customer_id, r.grain, r.kind, sum(r.amount_nanos) AS amount, sum(r.count) AS n
        FROM ${part("usage_rollup")} r JOIN ${part("usage_rollup_mark")} m USING (customer_id)
        -- Minutes before are about to be deleted, and nobody reads them.
        WHERE r.grain <> 'minute' OR r.bucket_at >= coalesce(m.minutes_begin_at, '-infinity') GROUP BY 1, 2, 3
      ), expected AS (
        SELECT customer_id, grain, kind, sum(amount) AS amount, sum(n) AS n
        FROM moved CROSS JOIN (VALUES ('minute'), ('hour'), ('day')) AS grains(grain)
        WHERE grain <> 'minute' OR has_minute GROUP BY 1, 2, 3
      )
      SELECT customer_id, NULL AS seq, grain || ' ' || kind AS subject_id,
             format('By %s, %s of kind %s add up to %s nanos; the ledger has %s with %s nanos.', grain, coalesce(r.n, 0), kind,
                    coalesce(r.amount, 0), coalesce(e.n, 0), coalesce(e.amount, 0)) AS message
      FROM expected e FULL JOIN rolled r USING (customer_id, grain, kind)
      WHERE (coalesce(e.amount, 0), coalesce(e.n, 0)) <> (coalesce(r.amount, 0), coalesce(r.n, 0))`,
  },
  {
    // Reports for part of an hour without minute rollups read this range of transfers, so the range must include them all.
    name: "rollup_numbers",
    sql: (part) => `
      WITH hours AS (
        SELECT customer_id, bucket_at, min(first_seq) AS first_seq, max(last_seq) AS last_seq
        FROM ${part("usage_rollup")} rolled WHERE grain = 'hour' AND kind IN ('charge', 'refund') GROUP BY 1, 2
      )
      SELECT t.customer_id, t.seq, t.transfer_id AS subject_id,
             format('The rollups of this hour include transfers %s to %s, but not this one, %s.', h.first_seq, h.last_seq, t.seq)
               AS message
      FROM ${part("ledger_transfer")} t JOIN ${part("usage_rollup_mark")} m USING (customer_id)
      JOIN hours h ON h.customer_id = t.customer_id AND h.bucket_at = date_trunc('hour', t.created_at, 'UTC')
      WHERE t.kind IN ('charge', 'refund') AND t.seq <= m.seq AND t.seq NOT BETWEEN h.first_seq AND h.last_seq`,
  },
];

/** The ledger checks of usage rollups. */
export const USAGE_CHECKS: ModuleChecks = { rows: [], histories: ROLLUP_CHECKS };

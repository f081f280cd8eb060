import type { CustomerCheck } from "../finding";

/** The sums for charts are, up to their mark, those of the transfers. */
export const ROLLUP_CHECKS: readonly CustomerCheck[] = [
  {
    name: "rollup_mark",
    sql: (part) => `
      SELECT m.customer_id, m.seq, NULL AS subject_id,
             format('The sums for charts reach to transfer %s, but the last one is %s.', m.seq, coalesce(a.last_seq, 0)) AS message
      FROM ${part("usage_rollup_mark")} m LEFT JOIN ${part("ledger_account")} a USING (customer_id)
      WHERE m.seq NOT BETWEEN 0 AND coalesce(a.last_seq, 0)`,
  },
  {
    name: "rollup_sum",
    sql: (part) => `
      WITH moved AS (
        -- Only an adjustment goes both ways: its sum is what it added.
        SELECT t.customer_id, t.kind, count(*) AS n,
               sum(CASE WHEN t.kind = 'adjustment' AND t.direction = 'debit' THEN -t.amount_nanos ELSE t.amount_nanos END) AS amount
        FROM ${part("ledger_transfer")} t JOIN ${part("usage_rollup_mark")} m USING (customer_id)
        WHERE t.seq <= m.seq GROUP BY 1, 2
      ), rolled AS (
        SELECT r.customer_id, r.grain, r.kind, sum(r.amount_nanos) AS amount, sum(r.count) AS n
        FROM ${part("usage_rollup")} r JOIN ${part("usage_rollup_mark")} m USING (customer_id) GROUP BY 1, 2, 3
      ), expected AS (
        SELECT customer_id, grain, kind, amount, n FROM moved CROSS JOIN (VALUES ('minute'), ('hour')) AS grains(grain)
      )
      SELECT customer_id, NULL AS seq, grain || ' ' || kind AS subject_id,
             format('By %s, %s of kind %s add up to %s nanos; the ledger has %s, of %s nanos.', grain, coalesce(r.n, 0), kind,
                    coalesce(r.amount, 0), coalesce(e.n, 0), coalesce(e.amount, 0)) AS message
      FROM expected e FULL JOIN rolled r USING (customer_id, grain, kind)
      WHERE (coalesce(e.amount, 0), coalesce(e.n, 0)) <> (coalesce(r.amount, 0), coalesce(r.n, 0))`,
  },
];

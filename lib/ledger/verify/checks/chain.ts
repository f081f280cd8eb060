import type { CustomerCheck } from "../finding";

/** Sequence numbers have no gaps, and each resulting balance is the previous one plus or minus the transfer's amount. */
export const CHAIN_CHECK: CustomerCheck = {
  name: "chain",
  sql: (part) => `
    SELECT customer_id, seq, transfer_id AS subject_id,
           CASE WHEN seq IS DISTINCT FROM before_seq + 1
             THEN format('Transfer %s directly follows transfer %s.', seq, before_seq)
             ELSE format('The balance after transfer %s is %s nanos, but %s before it and a %s of %s result in %s.',
                         seq, balance_after_nanos, before_balance, direction, amount_nanos, before_balance + signed)
           END AS message
    FROM (
      SELECT customer_id, seq, transfer_id, direction, amount_nanos, balance_after_nanos,
             CASE direction WHEN 'credit' THEN amount_nanos::numeric ELSE -amount_nanos::numeric END AS signed,
             lag(seq, 1, 0::bigint) OVER history AS before_seq,
             lag(balance_after_nanos, 1, 0::bigint) OVER history AS before_balance
      FROM ${part("ledger_transfer")} p
      WINDOW history AS (PARTITION BY customer_id ORDER BY seq)
    ) t
    WHERE seq IS DISTINCT FROM before_seq + 1 OR balance_after_nanos IS DISTINCT FROM before_balance + signed`,
};

/**
 * The checks of a customer's balance. Only these four decide whether an account is consistent: the daily job freezes the
 * account if one fails. Sums are numeric, because a damaged value must not end the check with an overflow.
 */
export const CHAIN_CHECKS: readonly CustomerCheck[] = [
  {
    name: "balance",
    sql: (part) => `
      SELECT a.customer_id, NULL AS seq, NULL AS subject_id,
             format('The balance is %s nanos, but the transfers add up to %s.', a.balance_nanos, coalesce(t.total, 0)) AS message
      FROM ${part("ledger_account")} a
      LEFT JOIN (
        SELECT customer_id, coalesce(sum(amount_nanos) FILTER (WHERE direction = 'credit'), 0)
                            - coalesce(sum(amount_nanos) FILTER (WHERE direction <> 'credit'), 0) AS total
        FROM ${part("ledger_transfer")} p GROUP BY customer_id
      ) t USING (customer_id)
      WHERE a.balance_nanos IS DISTINCT FROM coalesce(t.total, 0)`,
  },
  {
    name: "held",
    sql: (part) => `
      SELECT a.customer_id, NULL AS seq, NULL AS subject_id,
             format('%s nanos are held, but the open holds add up to %s.', a.held_nanos, coalesce(h.total, 0)) AS message
      FROM ${part("ledger_account")} a
      LEFT JOIN (
        SELECT customer_id, sum(amount_nanos) AS total
        FROM ${part("ledger_hold")} p WHERE status = 'open' GROUP BY customer_id
      ) h USING (customer_id)
      WHERE a.held_nanos IS DISTINCT FROM coalesce(h.total, 0)`,
  },
  {
    name: "seq",
    // n rows numbered 1 to n have no gap unless a number is duplicated, which the next check finds.
    sql: (part) => `
      SELECT a.customer_id, NULL AS seq, NULL AS subject_id,
             format('The last sequence number is %s, but there are %s transfers, numbered %s to %s.',
                    a.last_seq, coalesce(t.n, 0), coalesce(t.lowest, 0), coalesce(t.highest, 0)) AS message
      FROM ${part("ledger_account")} a
      LEFT JOIN (
        SELECT customer_id, count(*) AS n, min(seq) AS lowest, max(seq) AS highest
        FROM ${part("ledger_transfer")} p GROUP BY customer_id
      ) t USING (customer_id)
      WHERE a.last_seq IS DISTINCT FROM coalesce(t.n, 0) OR a.last_seq IS DISTINCT FROM coalesce(t.highest, 0) OR t.lowest <> 1`,
  },
  CHAIN_CHECK,
];

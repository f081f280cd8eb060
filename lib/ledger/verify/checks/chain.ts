import type { CustomerCheck } from "../finding";

/** Each transfer follows the one before it, and its balance is the one before with its own amount. */
export const CHAIN_CHECK: CustomerCheck = {
  name: "chain",
  sql: (part) => `
    SELECT customer_id, seq, transfer_id AS subject_id,
           CASE WHEN seq IS DISTINCT FROM before_seq + 1
             THEN format('Transfer %s follows transfer %s.', seq, before_seq)
             ELSE format('The balance after transfer %s is %s nanos; %s before it and a %s of %s make %s.',
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
 * What a customer's balance rests on. These four decide alone whether the account can be trusted: whoever breaks one is
 * frozen by the daily job. No damaged number may end the check by an overflow, so what is added is numeric.
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
    // n rows from 1 to n have no gap only if no number is there twice: that the next check sees.
    sql: (part) => `
      SELECT a.customer_id, NULL AS seq, NULL AS subject_id,
             format('The last number is %s, but there are %s transfers, numbered %s to %s.',
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

import type { CustomerCheck } from "../finding";

/** The refunded total of a charge equals the sum of its refunds and never exceeds the charge. */
export const CHARGE_REFUND_CHECKS: readonly CustomerCheck[] = [
  {
    name: "refund_limit",
    sql: (part) => `
      SELECT customer_id, NULL AS seq, charge_id AS subject_id,
             format('%s nanos of a charge of %s nanos are recorded as refunded.', refunded_nanos, charged_nanos) AS message
      FROM ${part("ledger_charge_refund")} p
      WHERE refunded_nanos NOT BETWEEN 0 AND charged_nanos`,
  },
  {
    name: "refund_of_charge",
    sql: (part) => `
      SELECT r.customer_id, t.seq, r.charge_id AS subject_id,
             format('The refunded total expects a charge of %s nanos, but %s.', r.charged_nanos,
                    CASE WHEN t.seq IS NULL THEN 'there is no such charge' ELSE 'its amount is ' || t.amount_nanos END) AS message
      FROM ${part("ledger_charge_refund")} r
      LEFT JOIN ${part("ledger_transfer")} t ON t.customer_id = r.customer_id AND t.transfer_id = r.charge_id AND t.kind = 'charge'
      WHERE t.amount_nanos IS DISTINCT FROM r.charged_nanos`,
  },
  {
    name: "refund_sum",
    sql: (part) => `
      SELECT r.customer_id, NULL AS seq, r.charge_id AS subject_id,
             format('%s nanos are recorded as refunded, but the refunds of the charge add up to %s.',
                    r.refunded_nanos, coalesce(t.total, 0)) AS message
      FROM ${part("ledger_charge_refund")} r
      LEFT JOIN (
        SELECT customer_id, metadata->>'charge_id' AS charge_id, sum(amount_nanos) AS total
        FROM ${part("ledger_transfer")} p WHERE kind = 'refund' GROUP BY 1, 2
      ) t USING (customer_id, charge_id)
      WHERE r.refunded_nanos IS DISTINCT FROM coalesce(t.total, 0)`,
  },
  {
    name: "refund_without_charge",
    sql: (part) => `
      SELECT t.customer_id, t.seq, t.transfer_id AS subject_id,
             format('The refund of %s nanos references %s, which is not a charge of this customer with a refunded total.',
                    t.amount_nanos, coalesce(t.metadata->>'charge_id', 'no charge')) AS message
      FROM ${part("ledger_transfer")} t
      LEFT JOIN ${part("ledger_transfer")} c
        ON c.customer_id = t.customer_id AND c.transfer_id = t.metadata->>'charge_id' AND c.kind = 'charge'
      LEFT JOIN ${part("ledger_charge_refund")} r
        ON r.customer_id = t.customer_id AND r.charge_id = t.metadata->>'charge_id'
      WHERE t.kind = 'refund' AND (c.seq IS NULL OR r.charge_id IS NULL)`,
  },
];

import type { CustomerCheck, ModuleChecks } from "@/lib/ledger";

const REVERSAL_KINDS = "'stripe_refund', 'stripe_refund_reversal', 'dispute', 'dispute_reversal'";

/** Refunds and disputes match their transfers, and reverse exactly the share of the credit that was returned. */
const HISTORY_CHECKS: readonly CustomerCheck[] = [
  {
    name: "reversal_transfers",
    sql: (part) => `
      SELECT customer_id, NULL AS seq, source_id AS subject_id,
             format('%s nanos are recorded as reversed by the %s, but its transfers add up to %s.',
                    coalesce(r.applied_nanos, 0), source_type, coalesce(t.total, 0)) AS message
      FROM ${part("reversal")} r
      FULL JOIN (
        SELECT customer_id, source_type, source_id,
               sum(CASE direction WHEN 'debit' THEN amount_nanos::numeric ELSE -amount_nanos::numeric END) AS total
        FROM ${part("ledger_transfer")} p
        WHERE kind IN (${REVERSAL_KINDS})
        GROUP BY 1, 2, 3
      ) t USING (customer_id, source_type, source_id)
      WHERE coalesce(r.applied_nanos, 0) <> coalesce(t.total, 0)`,
  },
  {
    name: "reversal_without_credit",
    sql: (part) => `
      SELECT r.customer_id, NULL AS seq, r.source_id AS subject_id,
             format('%s nanos are recorded as reversed for the payment %s, which was not credited.',
                    r.applied_nanos, r.stripe_payment_intent_id) AS message
      FROM ${part("reversal")} r
      LEFT JOIN ${part("topup_intent")} i USING (customer_id, topup_intent_id, stripe_payment_intent_id)
      WHERE r.applied_nanos <> 0 AND i.credited_at IS NULL`,
  },
  {
    name: "reversal_target",
    // A full refund reverses exactly the whole credit, a partial one its share.
    sql: (part) => `
      SELECT customer_id, NULL AS seq, topup_intent_id AS subject_id,
             format('%s of %s cents were returned, which must reverse %s nanos of the credit of %s, but %s were reversed.',
                    effective, charge, target, credited, applied) AS message
      FROM (
        SELECT customer_id, topup_intent_id, effective, charge, credited, applied,
               least(credited, div(2 * credited * least(effective, charge) + charge, 2 * charge)) AS target
        FROM (
          SELECT customer_id, topup_intent_id, i.credited_nanos::numeric AS credited, max(r.charge_cents)::numeric AS charge,
                 sum(coalesce(r.effective_cents, 0))::numeric AS effective, sum(r.applied_nanos) AS applied
          FROM ${part("reversal")} r
          JOIN ${part("topup_intent")} i USING (customer_id, topup_intent_id, stripe_payment_intent_id)
          WHERE i.credited_at IS NOT NULL AND r.charge_cents > 0
          GROUP BY 1, 2, 3
        ) sums
      ) targets
      WHERE applied <> target`,
  },
];

/** The ledger checks of refunds and disputes. */
export const REVERSAL_CHECKS: ModuleChecks = { rows: [], histories: HISTORY_CHECKS };

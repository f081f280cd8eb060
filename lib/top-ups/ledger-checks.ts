import type { CustomerCheck, ModuleChecks } from "@/lib/ledger";

const NANOS_PER_CENT = "10000000::bigint";

/** Each payment and each Checkout Session belongs to one top-up, across all customers. */
const STRIPE_OBJECT_CHECKS: readonly CustomerCheck[] = [
  {
    name: "payment_of_two_top_ups",
    sql: (part) => sharedObject(part("topup_intent"), "stripe_payment_intent_id", "payment"),
  },
  {
    name: "session_of_two_top_ups",
    sql: (part) => sharedObject(part("topup_intent"), "stripe_session_id", "Checkout Session"),
  },
];

function sharedObject(topUps: string, column: string, what: string): string {
  return `
    SELECT i.customer_id, NULL AS seq, i.topup_intent_id AS subject_id,
           format('The ${what} %s is used by %s top-ups: %s.', i.${column}, s.n, s.top_ups) AS message
    FROM ${topUps} i JOIN (
      SELECT ${column}, count(*) AS n, string_agg(topup_intent_id, ', ' ORDER BY topup_intent_id) AS top_ups
      FROM ${topUps} p WHERE ${column} IS NOT NULL GROUP BY 1 HAVING count(*) > 1
    ) s USING (${column})`;
}

/** Top-ups match the ledger: each credited top-up has exactly one credit, and each credit has a top-up. */
const CREDIT_CHECKS: readonly CustomerCheck[] = [
  {
    name: "credit_without_top_up",
    sql: (part) => `
      SELECT t.customer_id, t.seq, t.transfer_id AS subject_id,
             format('The credit of %s nanos has the source %s %s, which is not a payment of this customer.',
                    t.amount_nanos, t.source_type, t.source_id) AS message
      FROM ${part("ledger_transfer")} t
      LEFT JOIN ${part("topup_intent")} i
        ON i.customer_id = t.customer_id AND i.topup_intent_id = t.source_id AND i.mode = 'payment' AND t.source_type = 'topup'
      WHERE t.kind = 'credit' AND i.customer_id IS NULL`,
  },
  {
    name: "credit_amount",
    sql: (part) => `
      SELECT t.customer_id, t.seq, t.source_id AS subject_id,
             format('The credit has %s nanos, but its top-up has %s cents, of which %s nanos are recorded as credited (%s).',
                    t.amount_nanos, i.amount_cents, i.credited_nanos, coalesce('at ' || i.credited_at, 'never')) AS message
      FROM ${part("ledger_transfer")} t
      JOIN ${part("topup_intent")} i ON i.customer_id = t.customer_id AND i.topup_intent_id = t.source_id AND t.source_type = 'topup'
      WHERE t.kind = 'credit' AND (
        t.amount_nanos IS DISTINCT FROM i.amount_cents * ${NANOS_PER_CENT}
        OR t.amount_nanos IS DISTINCT FROM i.credited_nanos
        OR i.credited_at IS NULL
      )`,
  },
  {
    name: "credit_limit",
    sql: (part) => `
      SELECT customer_id, seq, source_id AS subject_id,
             format('A credit of %s nanos is not a whole number of cents from 500 to 500000.', amount_nanos) AS message
      FROM ${part("ledger_transfer")} p
      WHERE kind = 'credit' AND (
        amount_nanos NOT BETWEEN 500 * ${NANOS_PER_CENT} AND 500000 * ${NANOS_PER_CENT}
        OR amount_nanos % ${NANOS_PER_CENT} <> 0
      )`,
  },
  {
    name: "credited_twice",
    // A top-up is credited once, regardless of the revision.
    sql: (part) => `
      SELECT customer_id, max(seq) AS seq, source_id AS subject_id,
             format('The top-up has %s credits.', count(*)) AS message
      FROM ${part("ledger_transfer")} p
      WHERE kind = 'credit'
      GROUP BY customer_id, source_type, source_id HAVING count(*) > 1`,
  },
  {
    name: "top_up_without_credit",
    sql: (part) => `
      SELECT i.customer_id, NULL AS seq, i.topup_intent_id AS subject_id,
             format('%s nanos are recorded as credited, but the ledger has no credit.', i.credited_nanos) AS message
      FROM ${part("topup_intent")} i
      WHERE (i.credited_at IS NOT NULL OR i.credited_nanos <> 0) AND NOT EXISTS (
        SELECT 1 FROM ${part("ledger_transfer")} t
        WHERE t.customer_id = i.customer_id AND t.kind = 'credit' AND t.source_type = 'topup' AND t.source_id = i.topup_intent_id
      )`,
  },
  {
    name: "credited_without_payment",
    sql: (part) => `
      SELECT customer_id, NULL AS seq, topup_intent_id AS subject_id,
             format('%s nanos of the top-up are recorded as credited, but it has no payment.', credited_nanos) AS message
      FROM ${part("topup_intent")} p
      WHERE (credited_at IS NOT NULL OR credited_nanos <> 0) AND stripe_payment_intent_id IS NULL`,
  },
  {
    name: "credited_more_than_paid",
    sql: (part) => `
      SELECT customer_id, NULL AS seq, topup_intent_id AS subject_id,
             format('The top-up of %s cents was credited, but %s cents were paid, including %s cents of tax.',
                    amount_cents, total_cents, coalesce(tax_cents, 0)) AS message
      FROM ${part("topup_intent")} p
      WHERE credited_at IS NOT NULL AND total_cents::bigint - coalesce(tax_cents, 0) < amount_cents`,
  },
  {
    name: "top_up_state",
    sql: (part) => `
      SELECT customer_id, NULL AS seq, topup_intent_id AS subject_id,
             format('The top-up is inconsistent: mode %s, status %s, %s cents, %s nanos credited (%s).', mode, status,
                    coalesce(amount_cents::text, 'no'), credited_nanos, coalesce('at ' || credited_at, 'never')) AS message
      FROM ${part("topup_intent")} p
      WHERE CASE mode
        WHEN 'payment' THEN
          amount_cents IS NULL OR amount_cents NOT BETWEEN 500 AND 500000
          OR (status = 'succeeded') <> (credited_at IS NOT NULL)
          OR credited_nanos <> CASE WHEN credited_at IS NULL THEN 0 ELSE amount_cents * ${NANOS_PER_CENT} END
        WHEN 'setup' THEN amount_cents IS NOT NULL OR credited_at IS NOT NULL OR credited_nanos <> 0
        ELSE true
      END`,
  },
  {
    name: "top_up_reversed_limit",
    sql: (part) => `
      SELECT customer_id, NULL AS seq, topup_intent_id AS subject_id,
             format('%s nanos are recorded as reversed, but only %s were credited.', reversed_nanos, credited_nanos) AS message
      FROM ${part("topup_intent")} p
      WHERE reversed_nanos NOT BETWEEN 0 AND credited_nanos`,
  },
  {
    name: "top_up_reversed",
    sql: (part) => `
      SELECT i.customer_id, NULL AS seq, i.topup_intent_id AS subject_id,
             format('%s nanos of the top-up are recorded as reversed, but its refunds and disputes reversed %s.',
                    i.reversed_nanos, coalesce(r.total, 0)) AS message
      FROM ${part("topup_intent")} i
      LEFT JOIN (
        SELECT customer_id, topup_intent_id, stripe_payment_intent_id, sum(applied_nanos) AS total
        FROM ${part("reversal")} p GROUP BY 1, 2, 3
      ) r USING (customer_id, topup_intent_id, stripe_payment_intent_id)
      WHERE i.reversed_nanos <> coalesce(r.total, 0)`,
  },
  {
    name: "top_up_key_used_twice",
    sql: (part) => `
      SELECT i.customer_id, t.seq, i.idempotency_key AS subject_id,
             format('The top-up %s and the %s %s have the same idempotency key, owned by %s.', i.topup_intent_id,
                    CASE WHEN t.seq IS NULL THEN 'hold' ELSE 'transfer' END, coalesce(t.transfer_id, h.hold_id),
                    i.idempotency_owner) AS message
      FROM ${part("topup_intent")} i
      LEFT JOIN ${part("ledger_transfer")} t USING (customer_id, idempotency_owner, idempotency_key)
      LEFT JOIN ${part("ledger_hold")} h USING (customer_id, idempotency_owner, idempotency_key)
      WHERE i.idempotency_key IS NOT NULL AND (t.seq IS NOT NULL OR h.hold_id IS NOT NULL)`,
  },
];

/** The ledger checks of top-ups. */
export const TOP_UP_CHECKS: ModuleChecks = { rows: STRIPE_OBJECT_CHECKS, histories: CREDIT_CHECKS };

import type { CustomerCheck } from "../finding";

/**
 * Each source is posted once, and each idempotency key has one effect. Reads only columns of the unique indexes, so that
 * Postgres can use their order instead of sorting, unless an index is missing.
 */
export const UNIQUENESS_CHECKS: readonly CustomerCheck[] = [
  {
    name: "duplicate_source",
    sql: (part) => `
      SELECT customer_id, NULL AS seq, source_id AS subject_id,
             format('%s transfers of kind %s have the same source of type %s (revision %s).',
                    count(*), kind, source_type, source_revision) AS message
      FROM ${part("ledger_transfer")} p
      GROUP BY customer_id, source_type, source_id, kind, source_revision HAVING count(*) > 1`,
  },
  {
    name: "duplicate_key",
    sql: (part) => `
      SELECT customer_id, NULL AS seq, idempotency_key AS subject_id,
             format('%s transfers have the same idempotency key, owned by %s.', count(*), idempotency_owner) AS message
      FROM ${part("ledger_transfer")} p WHERE idempotency_key IS NOT NULL
      GROUP BY customer_id, idempotency_owner, idempotency_key HAVING count(*) > 1`,
  },
  {
    name: "duplicate_transfer_id",
    sql: (part) => `
      SELECT customer_id, NULL AS seq, transfer_id AS subject_id,
             format('%s transfers have the same id.', count(*)) AS message
      FROM ${part("ledger_transfer")} p
      GROUP BY customer_id, transfer_id HAVING count(*) > 1`,
  },
  {
    name: "duplicate_hold_key",
    sql: (part) => `
      SELECT customer_id, NULL AS seq, idempotency_key AS subject_id,
             format('%s holds have the same idempotency key, owned by %s.', count(*), idempotency_owner) AS message
      FROM ${part("ledger_hold")} p WHERE idempotency_key IS NOT NULL
      GROUP BY customer_id, idempotency_owner, idempotency_key HAVING count(*) > 1`,
  },
  {
    name: "key_used_twice",
    sql: (part) => `
      SELECT h.customer_id, t.seq, h.idempotency_key AS subject_id,
             format('The hold %s and the transfer %s have the same idempotency key, owned by %s.',
                    h.hold_id, t.transfer_id, h.idempotency_owner) AS message
      FROM ${part("ledger_hold")} h
      JOIN ${part("ledger_transfer")} t USING (customer_id, idempotency_owner, idempotency_key)
      WHERE t.idempotency_key IS NOT NULL`,
  },
];

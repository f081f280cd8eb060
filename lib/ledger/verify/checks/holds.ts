import type { CustomerCheck } from "../finding";

/** A hold is open, captured, released or expired. A captured hold has exactly one charge, any other hold has none. */
export const HOLD_CHECKS: readonly CustomerCheck[] = [
  {
    name: "hold_state",
    sql: (part) => `
      SELECT customer_id, NULL AS seq, hold_id AS subject_id,
             format('The hold is inconsistent: status %s, amount %s nanos, captured %s, closed at %s, idempotency key %s.',
                    status, amount_nanos, coalesce(captured_nanos::text, 'nothing'), coalesce(closed_at::text, 'no time'),
                    coalesce(idempotency_key, 'none')) AS message
      FROM ${part("ledger_hold")} p
      WHERE status NOT IN ('open', 'captured', 'released', 'expired')
        OR (status = 'captured') <> (captured_nanos IS NOT NULL)
        OR (status = 'open') <> (closed_at IS NULL)
        OR amount_nanos NOT BETWEEN 1 AND 1000000000000000
        OR captured_nanos <= 0
        OR idempotency_owner IS NULL OR idempotency_key IS NULL OR request_hash IS NULL`,
  },
  {
    name: "hold_charge",
    sql: (part) => `
      SELECT h.customer_id, min(t.seq) AS seq, h.hold_id AS subject_id,
             format('%s nanos of the hold were captured, but it has %s charges with a total of %s nanos.',
                    h.captured_nanos, count(t.seq), coalesce(sum(t.amount_nanos), 0)) AS message
      FROM ${part("ledger_hold")} h
      LEFT JOIN ${part("ledger_transfer")} t
        ON t.customer_id = h.customer_id AND t.source_type = 'hold' AND t.source_id = h.hold_id AND t.kind = 'charge'
      WHERE h.status = 'captured'
      GROUP BY h.customer_id, h.hold_id, h.captured_nanos
      HAVING count(t.seq) <> 1 OR sum(t.amount_nanos) IS DISTINCT FROM h.captured_nanos`,
  },
  {
    name: "capture_above_hold",
    // The held amount can always be captured. Any amount above it must be covered by the available balance.
    sql: (part) => `
      SELECT t.customer_id, t.seq, t.transfer_id AS subject_id,
             format('%s nanos were captured from a hold of %s nanos, which left %s nanos available.', t.amount_nanos, h.amount_nanos,
                    t.balance_after_nanos::numeric - t.held_after_nanos) AS message
      FROM ${part("ledger_transfer")} t
      JOIN ${part("ledger_hold")} h ON h.customer_id = t.customer_id AND h.hold_id = t.source_id
      WHERE t.source_type = 'hold' AND t.kind = 'charge' AND t.amount_nanos > h.amount_nanos
        AND t.balance_after_nanos::numeric < t.held_after_nanos`,
  },
  {
    name: "charge_without_hold",
    sql: (part) => `
      SELECT t.customer_id, t.seq, t.transfer_id AS subject_id,
             format('The %s of %s nanos references the hold %s, which %s.', t.kind, t.amount_nanos, t.source_id,
                    CASE WHEN h.hold_id IS NULL THEN 'does not exist' ELSE 'is ' || h.status END) AS message
      FROM ${part("ledger_transfer")} t
      LEFT JOIN ${part("ledger_hold")} h ON h.customer_id = t.customer_id AND h.hold_id = t.source_id
      WHERE t.source_type = 'hold'
        AND (h.status IS DISTINCT FROM 'captured' OR t.kind <> 'charge')`,
  },
];

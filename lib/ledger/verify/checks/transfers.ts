import { TRANSFER_KINDS, type TransferKind } from "../../kinds";
import type { TransferSource } from "../../post";
import type { CustomerCheck } from "../finding";

/** `('charge', 'debit', 'revenue'), …`: every kind with the directions and the house account that it may have. */
const KINDS = Object.entries(TRANSFER_KINDS)
  .flatMap(([kind, { direction, house }]) =>
    (direction ? [direction] : ["credit", "debit"]).map((way) => `('${kind}', '${way}', '${house}')`),
  )
  .join(", ");

/** `('credit', 'topup'), …`: what each kind may come from. */
const SOURCES = Object.entries({
  credit: ["topup"],
  stripe_refund: ["stripe_refund"],
  stripe_refund_reversal: ["stripe_refund"],
  dispute: ["dispute"],
  dispute_reversal: ["dispute"],
  charge: ["charge", "hold"],
  refund: ["refund"],
  grant: ["grant"],
  expiry: ["grant"],
  adjustment: ["adjustment"],
} satisfies Record<TransferKind, TransferSource["type"][]>)
  .flatMap(([kind, types]) => types.map((type) => `('${kind}', '${type}')`))
  .join(", ");

/** Each transfer by itself is one that may be written. The database refuses others; a damaged copy may have them. */
export const TRANSFER_CHECKS: readonly CustomerCheck[] = [
  {
    name: "transfer_amount",
    sql: (part) => `
      SELECT customer_id, seq, transfer_id AS subject_id,
             format('The %s is of %s nanos, with %s held after it; it must be more than zero, a charge or an adjustment '
                    'at most a million dollars, and nothing held below zero.', kind, amount_nanos, held_after_nanos) AS message
      FROM ${part("ledger_transfer")} p
      WHERE amount_nanos <= 0 OR held_after_nanos < 0
        OR (kind IN ('charge', 'adjustment') AND amount_nanos > 1000000000000000)`,
  },
  {
    name: "transfer_source",
    // A charge without hold is its own source, so no other row can be a second one of it, and a top-up has one credit.
    sql: (part) => `
      SELECT customer_id, seq, transfer_id AS subject_id,
             format('No %s with the id %s can come from the %s %s, revision %s.',
                    kind, transfer_id, source_type, source_id, source_revision) AS message
      FROM ${part("ledger_transfer")} p
      WHERE source_revision < 0
        OR ((kind, source_type) IN (${SOURCES})) IS NOT TRUE
        OR (kind = 'credit' AND source_revision <> 0)
        OR (source_type = 'charge' AND (kind <> 'charge' OR source_id <> transfer_id OR source_revision <> 0))`,
  },
  {
    name: "transfer_kind",
    sql: (part) => `
      SELECT customer_id, seq, transfer_id AS subject_id,
             format('There is no %s that is a %s against %s.', kind, direction, house_account) AS message
      FROM ${part("ledger_transfer")} p
      WHERE ((kind, direction, house_account) IN (${KINDS})) IS NOT TRUE`,
  },
  {
    name: "transfer_key",
    sql: (part) => `
      SELECT customer_id, seq, transfer_id AS subject_id,
             'The idempotency key, its owner and the request hash are not all there.' AS message
      FROM ${part("ledger_transfer")} p
      -- Whoever charges or refunds must name it. A captured hold has its key on the hold.
      WHERE (idempotency_key IS NULL AND (source_type = 'charge' OR kind = 'refund'))
        OR (idempotency_owner IS NULL) <> (idempotency_key IS NULL)
        OR (idempotency_key IS NOT NULL AND request_hash IS NULL)`,
  },
  {
    name: "overdraft",
    // Only an operator's charge may go below what is available. A captured hold has no key: its money was set aside before.
    sql: (part) => `
      SELECT customer_id, seq, transfer_id AS subject_id,
             format('A charge that the operator did not make left %s nanos available.',
                    balance_after_nanos::numeric - held_after_nanos) AS message
      FROM ${part("ledger_transfer")} p
      WHERE kind = 'charge' AND idempotency_owner <> 'operator'
        AND balance_after_nanos::numeric < held_after_nanos`,
  },
];

import { TRANSFER_KINDS, type TransferKind } from "../../kinds";
import type { TransferSource } from "../../post";
import type { CustomerCheck } from "../finding";

/** `('charge', 'debit', 'revenue'), …`: every kind with its allowed directions and house account. */
const KINDS = Object.entries(TRANSFER_KINDS)
  .flatMap(([kind, { direction, house }]) =>
    (direction ? [direction] : ["credit", "debit"]).map((way) => `('${kind}', '${way}', '${house}')`),
  )
  .join(", ");

/** `('credit', 'topup'), …`: the allowed source types of each kind. */
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

/** Each transfer is valid on its own. The database rejects invalid ones, but a damaged copy may contain them. */
export const TRANSFER_CHECKS: readonly CustomerCheck[] = [
  {
    name: "transfer_amount",
    sql: (part) => `
      SELECT customer_id, seq, transfer_id AS subject_id,
             format('The %s has an amount of %s nanos, with %s held after it. Amounts must be positive, charges and adjustments '
                    'at most a million dollars, and held amounts never negative.', kind, amount_nanos, held_after_nanos) AS message
      FROM ${part("ledger_transfer")} p
      WHERE amount_nanos <= 0 OR held_after_nanos < 0
        OR (kind IN ('charge', 'adjustment') AND amount_nanos > 1000000000000000)`,
  },
  {
    name: "transfer_source",
    // A charge without a hold is its own source, so it cannot be posted twice. A top-up has one credit.
    sql: (part) => `
      SELECT customer_id, seq, transfer_id AS subject_id,
             format('The %s with the id %s cannot have the source %s %s, revision %s.',
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
             format('A %s cannot be a %s against %s.', kind, direction, house_account) AS message
      FROM ${part("ledger_transfer")} p
      WHERE ((kind, direction, house_account) IN (${KINDS})) IS NOT TRUE`,
  },
  {
    name: "transfer_key",
    sql: (part) => `
      SELECT customer_id, seq, transfer_id AS subject_id,
             'The idempotency key, its owner or the request hash is missing.' AS message
      FROM ${part("ledger_transfer")} p
      -- Charges and refunds must have a key. The key of a captured hold is on the hold.
      WHERE (idempotency_key IS NULL AND (source_type = 'charge' OR kind = 'refund'))
        OR (idempotency_owner IS NULL) <> (idempotency_key IS NULL)
        OR (idempotency_key IS NOT NULL AND request_hash IS NULL)`,
  },
  {
    name: "overdraft",
    // Only an operator's charge may exceed the available balance. A captured hold has no key: its amount was reserved before.
    sql: (part) => `
      SELECT customer_id, seq, transfer_id AS subject_id,
             format('A charge not made by the operator left %s nanos available.',
                    balance_after_nanos::numeric - held_after_nanos) AS message
      FROM ${part("ledger_transfer")} p
      WHERE kind = 'charge' AND idempotency_owner <> 'operator'
        AND balance_after_nanos::numeric < held_after_nanos`,
  },
];

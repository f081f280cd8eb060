import type { Nanos } from "@/lib/money";
import { isDuplicate, type Queryable, type Statement } from "@/lib/platform/db";
import { type CustomerId, newId, type TransferId } from "@/lib/platform/ids";
import { AlreadyPostedError } from "./errors";
import { type Direction, TRANSFER_KINDS, type TransferKind } from "./kinds";

/** What caused a transfer. Unique together with the transfer's kind, so that nothing is posted twice. */
export interface TransferSource {
  type: "topup" | "stripe_refund" | "dispute" | "refund" | "hold" | "charge" | "adjustment" | "grant";
  id: string;
  /** Counts up when the same source moves money more than once. */
  revision?: number;
}

/** A transfer to post. */
export interface Posting {
  customerId: CustomerId;
  kind: Exclude<TransferKind, "charge">;
  /** Required for `adjustment`; the other kinds have a fixed direction. */
  direction?: Direction;
  /** More than zero. */
  amount: Nanos;
  source: TransferSource;
  description?: string;
  metadata?: Record<string, string>;
  apiKeyId?: string;
  /** When it happened, which may be before Brim learned of it. */
  occurredAt: Date;
}

/** A transfer that was posted. */
export interface PostedTransfer {
  transferId: TransferId;
  seq: bigint;
  balanceAfter: Nanos;
}

/**
 * Posts in one statement: the UPDATE locks the account and feeds the INSERT of the transfer. The INSERT has no ON CONFLICT: a
 * duplicate must raise an error and undo the UPDATE, or money would move without a transfer.
 */
const POST: Statement = {
  name: "ledger_post",
  text: `
    WITH account AS (
      UPDATE ledger_account
      SET balance_nanos = balance_nanos + CASE $4 WHEN 'credit' THEN $5::bigint ELSE -($5::bigint) END,
          last_seq = last_seq + 1
      WHERE customer_id = $1
      RETURNING customer_id, last_seq, balance_nanos, held_nanos
    )
    INSERT INTO ledger_transfer (
      customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos, held_after_nanos, house_account,
      source_type, source_id, source_revision, description, metadata, api_key_id, occurred_at, created_at
    )
    SELECT customer_id, last_seq, $2, $3, $4, $5::bigint, balance_nanos, held_nanos, $6,
           $7, $8, $9::int, $10, $11::jsonb, $12, $13::timestamptz, clock_timestamp()
    FROM account
    RETURNING seq::text AS seq, balance_after_nanos::text AS balance_after`,
};

/** The unique key of a transfer's source. */
const ONE_FACT_ONCE = "ledger_transfer_source";

/**
 * Posts one transfer and updates the balance. Besides the functions for charges, holds and adjustments this is the only
 * writer of balances. Runs on the pool, or in a transaction together with the rows that caused it.
 *
 * @throws AlreadyPostedError the same source was posted before; a transaction that it runs in is aborted
 * @throws Error the customer has no ledger account: a broken invariant
 */
export async function post(db: Queryable, posting: Posting): Promise<PostedTransfer> {
  const transferId = newId("transfer");
  const direction = directionOf(posting);
  const rows = await db
    .run<{ seq: string; balance_after: string }>(POST, [
      posting.customerId,
      transferId,
      posting.kind,
      direction,
      posting.amount.toString(),
      TRANSFER_KINDS[posting.kind].house,
      posting.source.type,
      posting.source.id,
      (posting.source.revision ?? 0).toString(),
      posting.description ?? null,
      JSON.stringify(posting.metadata ?? {}),
      posting.apiKeyId ?? null,
      posting.occurredAt.toISOString(),
    ])
    .catch((error: unknown) => {
      throw isDuplicate(error, [ONE_FACT_ONCE]) ? new AlreadyPostedError({ cause: error }) : error;
    });
  const row = rows[0];
  if (!row) throw new Error(`The customer ${posting.customerId} has no ledger account.`);
  return { transferId, seq: BigInt(row.seq), balanceAfter: BigInt(row.balance_after) as Nanos };
}

function directionOf(posting: Posting): Direction {
  const fixed = TRANSFER_KINDS[posting.kind].direction;
  if (fixed && posting.direction && posting.direction !== fixed) {
    throw new Error(`A ${posting.kind} is always a ${fixed}.`);
  }
  const direction = fixed ?? posting.direction;
  if (!direction) throw new Error("An adjustment needs a direction.");
  return direction;
}

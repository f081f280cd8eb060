import { inCustomerShare, isKnownKey, onPool, type Statement } from "@/lib/platform/db";
import type { ApiKeyId, CustomerId, Id } from "@/lib/platform/ids";
import { BalanceOutOfRangeError, isOutOfRange } from "./errors";

/** One charge as the database is asked for it. */
export interface ChargeEntry {
  customer: CustomerId;
  /** Nanos in digits. */
  amount: string;
  /** The id that the charge gets. */
  id: Id<"charge">;
  owner: string;
  key: string;
  hash: string;
  description: string | null;
  metadata: Record<string, string>;
  api_key: ApiKeyId | null;
  overdraft: boolean;
}

/** What the database tells of a charge that it wrote. */
export interface ChargeRow {
  /** Nanos in digits, after this charge. */
  balance: string;
  held: string;
  created_at: Date;
}

/**
 * One round trip: the account is changed only if it may be, and feeds the transfer. The INSERT never says ON CONFLICT: a
 * known key must raise and undo the UPDATE, also one that names a hold (a trigger says so). Crossing the threshold of
 * automatic top-up enqueues its evaluation; the final SELECT refers to that part, or it would not run.
 */
export const CHARGE: Statement = {
  name: "ledger_charge",
  text: `
    WITH account AS (
      UPDATE ledger_account
      SET balance_nanos = balance_nanos - $2::bigint, last_seq = last_seq + 1
      WHERE customer_id = $1
        AND CASE WHEN $10::boolean THEN status <> 'closed'
                 ELSE status = 'active' AND balance_nanos - held_nanos >= $2::bigint END
      RETURNING customer_id, last_seq, balance_nanos, held_nanos,
        balance_nanos - held_nanos < auto_topup_threshold_nanos
          AND balance_nanos - held_nanos + $2::bigint >= auto_topup_threshold_nanos AS has_crossed
    ), transfer AS (
      INSERT INTO ledger_transfer (
        customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos, held_after_nanos,
        house_account, source_type, source_id, idempotency_owner, idempotency_key, request_hash, description,
        metadata, api_key_id, occurred_at, created_at
      )
      SELECT customer_id, last_seq, $3, 'charge', 'debit', $2::bigint, balance_nanos, held_nanos,
             'revenue', 'charge', $3, $4, $5, $6, $7,
             $8::jsonb, $9, clock_timestamp(), clock_timestamp()
      FROM account
      RETURNING created_at
    ), woken AS (
      SELECT graphile_worker.add_job(
        'evaluate-auto-top-up', json_build_object('customerId', customer_id), job_key := 'auto-top-up:' || customer_id
      )
      FROM account WHERE has_crossed
    )
    SELECT account.balance_nanos::text AS balance, account.held_nanos::text AS held, transfer.created_at,
           (SELECT count(*) FROM woken)::text AS woken
    FROM account, transfer`,
};

/**
 * Writes one charge by a statement of its own, and waits for the customer's row.
 *
 * @returns null when nothing was written, because of a known key or of what the account says
 * @throws BalanceOutOfRangeError · IdempotencyConflictError the key names something else
 */
export async function runCharge(entry: ChargeEntry): Promise<ChargeRow | null> {
  try {
    const values = [
      entry.customer,
      entry.amount,
      entry.id,
      entry.owner,
      entry.key,
      entry.hash,
      entry.description,
      JSON.stringify(entry.metadata),
      entry.api_key,
      entry.overdraft ? "true" : "false",
    ];
    const rows = await inCustomerShare(entry.customer, () => onPool().run<ChargeRow>(CHARGE, values));
    return rows[0] ?? null;
  } catch (error) {
    if (isKnownKey(error)) return null;
    throw isOutOfRange(error) ? new BalanceOutOfRangeError({ cause: error }) : error;
  }
}

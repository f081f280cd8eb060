import { type Nanos, nanos } from "@/lib/money";
import { inCustomerShare, isKnownKey, onPool, type Statement } from "@/lib/platform/db";
import { IdempotencyConflictError } from "@/lib/platform/errors";
import type { ApiKeyId, CustomerId } from "@/lib/platform/ids";

/** One charge as the statements that write many take it. */
export interface BatchEntry {
  /** Its place among the others. */
  n: number;
  /** The id that the charge gets. */
  id: string;
  key: string;
  hash: string;
  /** Nanos in digits. */
  amount: string;
  description: string | null;
  metadata: Record<string, string>;
  overdraft: boolean;
}

/** Charges of one customer that one caller asks for. */
export interface BatchPart {
  customerId: CustomerId;
  owner: string;
  apiKeyId: ApiKeyId | null;
  entries: readonly BatchEntry[];
}

/** A charge as the database wrote it. */
export interface WrittenCharge {
  charge_id: string;
  balance: string;
  held: string;
  posted_at: Date;
}

/**
 * The statement of a single charge for many: the account pays for all of them or for none, and each transfer tells the
 * balance as it stood after its own amount. Again no ON CONFLICT: one known key undoes all.
 */
export const CHARGE_TOGETHER: Statement = {
  name: "ledger_charge_together",
  text: `
    WITH account AS (
      UPDATE ledger_account
      SET balance_nanos = balance_nanos - $5::bigint, last_seq = last_seq + $6::bigint
      WHERE customer_id = $1 AND status = 'active' AND balance_nanos - held_nanos >= $5::bigint
      RETURNING customer_id, last_seq - $6::bigint AS seq_before, balance_nanos + $5::bigint AS balance_before, held_nanos,
        balance_nanos - held_nanos < auto_topup_threshold_nanos
          AND balance_nanos - held_nanos + $5::bigint >= auto_topup_threshold_nanos AS has_crossed
    ), transfer AS (
      INSERT INTO ledger_transfer (
        customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos, held_after_nanos,
        house_account, source_type, source_id, idempotency_owner, idempotency_key, request_hash, description,
        metadata, api_key_id, occurred_at, created_at
      )
      SELECT customer_id, seq_before + row_number() OVER so_far, id, 'charge', 'debit', amount,
             balance_before - sum(amount) OVER so_far, held_nanos,
             'revenue', 'charge', id, $2, key, hash, description,
             metadata, $3, clock_timestamp(), clock_timestamp()
      FROM account, jsonb_to_recordset($4::jsonb)
        AS item(n int, id text, key text, hash text, amount bigint, description text, metadata jsonb)
      WINDOW so_far AS (ORDER BY n ROWS UNBOUNDED PRECEDING)
      RETURNING transfer_id, balance_after_nanos, held_after_nanos, created_at
    ), woken AS (
      SELECT graphile_worker.add_job(
        'evaluate-auto-top-up', json_build_object('customerId', customer_id), job_key := 'auto-top-up:' || customer_id
      )
      FROM account WHERE has_crossed
    )
    SELECT transfer_id AS charge_id, balance_after_nanos::text AS balance, held_after_nanos::text AS held,
           created_at AS posted_at, (SELECT count(*) FROM woken)::text AS woken
    FROM transfer`,
};

/**
 * Writes all charges of a part, or none: when a key is known already, when the account cannot pay for all of them, or when
 * it is not active. Nearly always it can, and then this costs half of looking at each by itself.
 *
 * @returns what was written, by the charge's id; null when nothing was
 */
export async function chargeTogether(part: BatchPart): Promise<Map<string, WrittenCharge> | null> {
  const { customerId, owner, apiKeyId, entries } = part;
  // Work already done is recorded whatever the balance says, and this statement asks the balance.
  if (entries.some((entry) => entry.overdraft)) return null;
  try {
    const values = [
      customerId,
      owner,
      apiKeyId,
      JSON.stringify(entries),
      totalOf(entries).toString(),
      entries.length.toString(),
    ];
    const rows = await inCustomerShare(customerId, () =>
      onPool().run<WrittenCharge>(CHARGE_TOGETHER, values),
    );
    return rows.length > 0 ? new Map(rows.map((row) => [row.charge_id, row])) : null;
  } catch (error) {
    if (isKnownKey(error) || error instanceof IdempotencyConflictError) return null;
    throw error;
  }
}

function totalOf(entries: readonly BatchEntry[]): Nanos {
  return nanos(entries.reduce((sum, entry) => sum + BigInt(entry.amount), 0n));
}

import { inCustomerShare, isKnownKey, onPool, type Statement } from "@/lib/platform/db";
import type { ApiKeyId, CustomerId, Id } from "@/lib/platform/ids";
import { BalanceOutOfRangeError, isOutOfRange } from "./errors";

/** The parameters of one charge, named as in SQL. */
export interface ChargeEntry {
  customer: CustomerId;
  /** Nanos, as decimal digits. */
  amount: string;
  /** The id of the new charge. */
  id: Id<"charge">;
  owner: string;
  key: string;
  hash: string;
  description: string | null;
  metadata: Record<string, string>;
  api_key: ApiKeyId | null;
  overdraft: boolean;
}

/** What the database returns for a charge that it wrote. */
export interface ChargeRow {
  /** Nanos after this charge, as decimal digits. */
  balance: string;
  held: string;
  created_at: Date;
}

/**
 * Posts a charge in one round trip: the UPDATE of the account feeds the INSERT of the transfer. The INSERT has no ON CONFLICT:
 * a key that is in use must raise an error and undo the UPDATE (for the key of a hold, a trigger raises it). Crossing the
 * threshold of automatic top-up enqueues its evaluation; the final SELECT refers to that part, or it would not run.
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
 * Writes one charge with a statement of its own, which waits for the lock of the account.
 *
 * @returns null when nothing was written, because the key is known or the account does not allow it
 * @throws BalanceOutOfRangeError the balance would leave the range that the ledger can count
 * @throws IdempotencyConflictError the key names a top-up
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

/** Posts several charges and waits for the disk once (group commit); see `prisma/sql/functions/ledger_charge_group.sql`. */
export const CHARGE_GROUP: Statement = {
  name: "ledger_charge_group",
  text: "CALL ledger_charge_group($1::jsonb)",
};

/** The result of one charge: what was written, null when nothing was, or the SQLSTATE of an error. */
type GroupItem = [balance: string, held: string, at: string] | null | string;

/**
 * The result of one charge of a group. `row` is null when nothing was written, because the key is known or the account does
 * not allow it. With `sqlState` nothing was written either, and the charge needs a statement of its own.
 */
export type GroupResult = { row: ChargeRow | null } | { sqlState: string };

/** Writes charges in one round trip and in order. A charge that fails does not affect the others. */
export async function runChargeGroup(entries: readonly ChargeEntry[]): Promise<GroupResult[]> {
  const [answer] = await onPool().run<{ items: GroupItem[] }>(CHARGE_GROUP, [JSON.stringify(entries)]);
  if (answer?.items.length !== entries.length) throw new Error("A charge of a group has no result.");
  return answer.items.map((item) => {
    if (typeof item === "string") return { sqlState: item };
    if (item === null) return { row: null };
    const [balance, held, at] = item;
    return { row: { balance, held, created_at: new Date(at) } };
  });
}

import { type Nanos, nanos } from "@/lib/money";
import { isDuplicate, onPool, type Statement } from "@/lib/platform/db";
import { IdempotencyConflictError } from "@/lib/platform/errors";
import { type CustomerId, type Id, newId } from "@/lib/platform/ids";
import { BalanceOutOfRangeError, isOutOfRange } from "./errors";
import { explainRefusal, type KnownEffect, tryUntilExplained } from "./explain-refusal";
import type { KeyedRequest } from "./keyed-request";

/** Money to take from a balance for work done. */
export interface ChargeRequest extends KeyedRequest {
  customerId: CustomerId;
  /** More than zero, at most a million dollars. */
  amount: Nanos;
  /** Records work already done even below zero, also on a frozen account. Only for operators. */
  allowOverdraft: boolean;
}

/** A charge as it was written. */
export interface PostedCharge {
  chargeId: Id<"charge">;
  amount: Nanos;
  balanceAfter: Nanos;
  availableAfter: Nanos;
  createdAt: Date;
  /** True when the key was known and this is what was written then. */
  isReplay: boolean;
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
 * Takes money from a balance by a statement of its own: the whole amount or nothing, and for one key only once, whatever
 * races. Called by `charge`, which decides what is written together.
 *
 * @throws what `charge` throws
 */
export async function chargeAlone(request: ChargeRequest): Promise<PostedCharge> {
  return tryUntilExplained(async () => {
    const chargeId = newId("charge");
    const row = await runCharge(request, chargeId);
    if (row) return newCharge(chargeId, request, row);
    const known = await explainRefusal(request);
    return known && replayedCharge(known);
  });
}

interface ChargeRow {
  balance: string;
  held: string;
  created_at: Date;
}

function newCharge(chargeId: Id<"charge">, request: ChargeRequest, row: ChargeRow): PostedCharge {
  return {
    chargeId,
    amount: request.amount,
    balanceAfter: nanos(BigInt(row.balance)),
    availableAfter: nanos(BigInt(row.balance) - BigInt(row.held)),
    createdAt: row.created_at,
    isReplay: false,
  };
}

/** Null when nothing was written: why is the second statement's question. */
async function runCharge(request: ChargeRequest, chargeId: string): Promise<ChargeRow | null> {
  try {
    const rows = await onPool().run<ChargeRow>(CHARGE, [
      request.customerId,
      request.amount.toString(),
      chargeId,
      request.owner,
      request.key,
      request.requestHash,
      request.description,
      JSON.stringify(request.metadata),
      request.apiKeyId,
      request.allowOverdraft ? "true" : "false",
    ]);
    return rows[0] ?? null;
  } catch (error) {
    if (isDuplicate(error)) return null;
    throw isOutOfRange(error) ? new BalanceOutOfRangeError({ cause: error }) : error;
  }
}

function replayedCharge(known: KnownEffect): PostedCharge {
  // The hash says which verb it was made for, so a hold cannot have the hash of a charge.
  if (known.kind !== "transfer") throw new IdempotencyConflictError();
  const { transfer } = known;
  return {
    chargeId: transfer.id as Id<"charge">,
    amount: transfer.amount,
    balanceAfter: transfer.balanceAfter,
    availableAfter: nanos(transfer.balanceAfter - transfer.heldAfter),
    createdAt: transfer.createdAt,
    isReplay: true,
  };
}

import type { Nanos } from "@/lib/money";
import { inCustomerShare, isKnownKey, onPool, type Statement } from "@/lib/platform/db";
import { IdempotencyConflictError } from "@/lib/platform/errors";
import { type CustomerId, type HoldId, newId } from "@/lib/platform/ids";
import { explainRefusal, tryUntilExplained } from "./explain-refusal";
import { type Hold, readHold } from "./holds";
import type { IdempotentRequest } from "./idempotent-request";

/** An amount to reserve before the work is done. */
export interface HoldRequest extends IdempotentRequest {
  customerId: CustomerId;
  /** More than zero, at most a million dollars. */
  amount: Nanos;
  /** Null for a hold that does not expire. */
  expiresAt: Date | null;
}

/** Works like the statement of a charge: a key that is in use undoes the UPDATE. `last_seq` does not change. */
export const OPEN_HOLD: Statement = {
  name: "ledger_open_hold",
  text: `
    WITH account AS (
      UPDATE ledger_account SET held_nanos = held_nanos + $2::bigint
      WHERE customer_id = $1 AND status = 'active' AND balance_nanos - held_nanos >= $2::bigint
      RETURNING customer_id,
        balance_nanos - held_nanos < auto_topup_threshold_nanos
          AND balance_nanos - held_nanos + $2::bigint >= auto_topup_threshold_nanos AS has_crossed
    ), hold AS (
      INSERT INTO ledger_hold (
        customer_id, hold_id, opened_by, amount_nanos, expires_at, idempotency_owner, idempotency_key, request_hash,
        description, metadata, api_key_id, created_at
      )
      SELECT customer_id, $3, $4, $2::bigint, $10::timestamptz, $4, $5, $6, $7, $8::jsonb, $9, clock_timestamp()
      FROM account
      RETURNING created_at
    ), woken AS (
      SELECT graphile_worker.add_job(
        'evaluate-auto-top-up', json_build_object('customerId', customer_id), job_key := 'auto-top-up:' || customer_id
      )
      FROM account WHERE has_crossed
    )
    SELECT hold.created_at, (SELECT count(*) FROM woken)::text AS woken FROM hold`,
};

/**
 * Opens a hold: the amount is not available for anything else until the hold is captured, released or expired.
 *
 * @throws InsufficientBalanceError less is available
 * @throws AccountNotActiveError the account is frozen or closed
 * @throws IdempotencyConflictError the key was used for another request
 * @throws UnknownCustomerError there is no such customer
 */
export async function openHold(request: HoldRequest): Promise<{ hold: Hold; isReplay: boolean }> {
  return tryUntilExplained(async () => {
    const holdId = newId("hold");
    const createdAt = await runOpenHold(request, holdId);
    if (createdAt) return { hold: newHold(request, holdId, createdAt), isReplay: false };
    const known = await explainRefusal(request);
    if (!known) return null;
    if (known.kind !== "hold") throw new IdempotencyConflictError();
    return { hold: await readHold(request.customerId, known.holdId), isReplay: true };
  });
}

/** Builds the hold without reading it again: it is committed, so nothing may fail from here on. */
function newHold(request: HoldRequest, holdId: HoldId, createdAt: Date): Hold {
  const { customerId, amount, owner, expiresAt } = request;
  return {
    holdId,
    customerId,
    status: "open",
    amount,
    captured: null,
    openedBy: owner,
    expiresAt,
    createdAt,
  };
}

/** @returns the time of creation; null when nothing was written */
async function runOpenHold(request: HoldRequest, holdId: HoldId): Promise<Date | null> {
  try {
    const values = [
      request.customerId,
      request.amount.toString(),
      holdId,
      request.owner,
      request.key,
      request.requestHash,
      request.description,
      JSON.stringify(request.metadata),
      request.apiKeyId,
      request.expiresAt?.toISOString() ?? null,
    ];
    const rows = await inCustomerShare(request.customerId, () =>
      onPool().run<{ created_at: Date }>(OPEN_HOLD, values),
    );
    return rows[0]?.created_at ?? null;
  } catch (error) {
    if (isKnownKey(error)) return null;
    throw error;
  }
}

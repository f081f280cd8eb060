import { type Nanos, nanos } from "@/lib/money";
import { onPool, type Statement } from "@/lib/platform/db";
import { IdempotencyConflictError, ServiceUnavailableError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { AccountNotActiveError, InsufficientBalanceError, UnknownCustomerError } from "./errors";
import type { IdempotentRequest } from "./idempotent-request";
import { noteRefusal } from "./refuse-insufficient";

/**
 * A charge in a group commit is visible for a moment before it is on the disk. A replay must be durable, so this statement then
 * writes to the WAL itself, and its commit waits for everything before it. `refuse_key_of_topup` raises an error when the key
 * belongs to a top-up.
 */
const EXPLAIN: Statement = {
  name: "ledger_explain_refusal",
  text: `
    SELECT a.status, a.balance_nanos::text AS balance, a.held_nanos::text AS held,
           a.auto_topup_threshold_nanos IS NOT NULL AS has_auto_topup,
           t.transfer_id, t.kind, t.request_hash AS transfer_hash, t.amount_nanos::text AS amount,
           t.balance_after_nanos::text AS balance_after, t.held_after_nanos::text AS held_after, t.created_at,
           h.hold_id, h.request_hash AS hold_hash,
           refuse_key_of_topup(a.customer_id, $2, $3),
           CASE WHEN t.transfer_id IS NOT NULL THEN pg_logical_emit_message(true, 'brim', '')::text END AS logged_at
    FROM ledger_account a
    LEFT JOIN ledger_transfer t
      ON t.customer_id = a.customer_id AND t.idempotency_owner = $2 AND t.idempotency_key = $3
    LEFT JOIN ledger_hold h
      ON h.customer_id = a.customer_id AND h.idempotency_owner = $2 AND h.idempotency_key = $3
    WHERE a.customer_id = $1`,
};

interface ExplainRow {
  status: string;
  balance: string;
  held: string;
  has_auto_topup: boolean;
  transfer_id: string | null;
  transfer_hash: string | null;
  amount: string;
  balance_after: string;
  held_after: string;
  created_at: Date;
  hold_id: string | null;
  hold_hash: string | null;
}

/** A transfer that an earlier request with the same key posted. */
export interface KnownTransfer {
  id: string;
  amount: Nanos;
  balanceAfter: Nanos;
  heldAfter: Nanos;
  createdAt: Date;
}

/** What an earlier request with the same key and the same request hash wrote. */
export type KnownEffect = { kind: "transfer"; transfer: KnownTransfer } | { kind: "hold"; holdId: string };

/**
 * Finds out why a charge or a hold wrote nothing. The key is checked before the status and the balance, because a replay
 * succeeds even after the balance is spent.
 *
 * @returns the effect of the earlier request; null when nothing refuses it any more, so that it can be tried again
 * @throws IdempotencyConflictError the key was used for another request
 * @throws AccountNotActiveError frozen or closed
 * @throws InsufficientBalanceError less is available
 * @throws UnknownCustomerError there is no such customer
 */
export async function explainRefusal(
  request: IdempotentRequest & { customerId: CustomerId; amount: Nanos; allowOverdraft?: boolean },
): Promise<KnownEffect | null> {
  const rows = await onPool().run<ExplainRow>(EXPLAIN, [request.customerId, request.owner, request.key]);
  const row = rows[0];
  if (!row) throw new UnknownCustomerError();
  const known = knownEffect(row, request.requestHash);
  if (known) return known;
  const mayOverdraw = request.allowOverdraft && row.status !== "closed";
  if (row.status !== "active" && !mayOverdraw) throw new AccountNotActiveError(row.status);
  const available = nanos(BigInt(row.balance) - BigInt(row.held));
  if (available < request.amount && !mayOverdraw) {
    if (row.has_auto_topup) await noteRefusal(request.customerId);
    throw new InsufficientBalanceError(request.customerId, available, request.amount);
  }
  return null;
}

function knownEffect(row: ExplainRow, requestHash: string): KnownEffect | null {
  if (row.transfer_id === null && row.hold_id === null) return null;
  const hash = row.transfer_id === null ? row.hold_hash : row.transfer_hash;
  if (hash !== requestHash) throw new IdempotencyConflictError();
  if (row.transfer_id !== null) return { kind: "transfer", transfer: transferOf(row, row.transfer_id) };
  return { kind: "hold", holdId: row.hold_id ?? "" };
}

function transferOf(row: ExplainRow, id: string): KnownTransfer {
  return {
    id,
    amount: nanos(BigInt(row.amount)),
    balanceAfter: nanos(BigInt(row.balance_after)),
    heldAfter: nanos(BigInt(row.held_after)),
    createdAt: row.created_at,
  };
}

/** The balance may change between the refusal and its explanation, but not this often by chance. */
const MAX_TRIES = 25;

/**
 * Repeats an attempt until it succeeds or the reason of its refusal is found.
 * @throws ServiceUnavailableError no reason was found
 */
export async function tryUntilExplained<T>(attempt: () => Promise<T | null>): Promise<T> {
  for (let count = 1; count <= MAX_TRIES; count++) {
    const result = await attempt();
    if (result !== null) return result;
  }
  throw new ServiceUnavailableError("The balance is changing too fast. Please try again.", {
    reason: "busy",
  });
}

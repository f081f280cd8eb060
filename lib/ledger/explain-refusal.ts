import { type Nanos, nanos } from "@/lib/money";
import { onPool, type Statement } from "@/lib/platform/db";
import { IdempotencyConflictError, ServiceUnavailableError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { AccountNotActiveError, InsufficientBalanceError, UnknownCustomerError } from "./errors";
import type { IdempotentRequest } from "./idempotent-request";

/**
 * A charge that travels with others can be seen a moment before it is on the disk. Whoever hears of it here may rely on it,
 * so this statement then writes to the log itself, and its commit waits until everything before it is there.
 */
const EXPLAIN: Statement = {
  name: "ledger_explain_refusal",
  text: `
    SELECT a.status, a.balance_nanos::text AS balance, a.held_nanos::text AS held,
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
  transfer_id: string | null;
  transfer_hash: string | null;
  amount: string;
  balance_after: string;
  held_after: string;
  created_at: Date;
  hold_id: string | null;
  hold_hash: string | null;
}

/** A transfer that an earlier request with the same key has written. */
export interface KnownTransfer {
  id: string;
  amount: Nanos;
  balanceAfter: Nanos;
  heldAfter: Nanos;
  createdAt: Date;
}

/** What an earlier request with the same key and the same content has written. */
export type KnownEffect = { kind: "transfer"; transfer: KnownTransfer } | { kind: "hold"; holdId: string };

/**
 * Tells why a charge or a hold wrote nothing, in this order: the key, the status, the balance. Never the balance before
 * the key was looked up: a replay after the balance is spent is a success.
 *
 * @returns the earlier effect of the same request; null when what refused it is gone by now, so that it may be tried again
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
  if (available < request.amount && !mayOverdraw)
    throw new InsufficientBalanceError(request.customerId, available, request.amount);
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

/** Between the refusal and its explanation the balance may have changed; more often than this it is not by chance. */
const MAX_TRIES = 25;

/**
 * Repeats an attempt that wrote nothing for a reason that was gone when it was looked up.
 * @throws ServiceUnavailableError it never came to rest
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

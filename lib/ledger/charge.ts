import { type Nanos, nanos } from "@/lib/money";
import { IdempotencyConflictError } from "@/lib/platform/errors";
import { type CustomerId, type Id, newId } from "@/lib/platform/ids";
import type { ChargeEntry, ChargeRow } from "./charge-sql";
import { explainRefusal, type KnownEffect, tryUntilExplained } from "./explain-refusal";
import type { IdempotentRequest } from "./idempotent-request";
import { writeCharge } from "./write-charge";

/** A charge to a customer's balance. */
export interface ChargeRequest extends IdempotentRequest {
  customerId: CustomerId;
  /** More than zero, at most a million dollars. */
  amount: Nanos;
  /** Charges even if the balance becomes negative or the account is frozen: for work already done. Operators only. */
  allowOverdraft: boolean;
}

/** A charge that was posted. */
export interface PostedCharge {
  chargeId: Id<"charge">;
  amount: Nanos;
  balanceAfter: Nanos;
  availableAfter: Nanos;
  createdAt: Date;
  /** True when an earlier request with the same key posted it. */
  isReplay: boolean;
}

/**
 * Charges a customer's balance: the whole amount or nothing, and once per idempotency key. One customer's charges are posted
 * in the order in which this process received them.
 *
 * @throws InsufficientBalanceError less is available and overdraft is not allowed
 * @throws AccountNotActiveError the account is frozen or closed
 * @throws IdempotencyConflictError the key was used for another request
 * @throws UnknownCustomerError there is no such customer
 * @throws BalanceOutOfRangeError the balance would leave the range that the ledger can count
 * @throws ServiceUnavailableError the database is unavailable, or the charge timed out in the queue and was never attempted
 */
export function charge(request: ChargeRequest): Promise<PostedCharge> {
  return postCharge(request, writeCharge);
}

/** Does what `charge` does, with `write` to write the entry. */
export async function postCharge(
  request: ChargeRequest,
  write: (entry: ChargeEntry) => Promise<ChargeRow | null>,
): Promise<PostedCharge> {
  return tryUntilExplained(async () => {
    const entry = entryOf(request, newId("charge"));
    const row = await write(entry);
    if (row) return newCharge(entry.id, request, row);
    const known = await explainRefusal(request);
    return known && replayedCharge(known);
  });
}

function entryOf(request: ChargeRequest, id: Id<"charge">): ChargeEntry {
  return {
    customer: request.customerId,
    amount: request.amount.toString(),
    id,
    owner: request.owner,
    key: request.key,
    hash: request.requestHash,
    description: request.description,
    metadata: request.metadata,
    api_key: request.apiKeyId,
    overdraft: request.allowOverdraft,
  };
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

function replayedCharge(known: KnownEffect): PostedCharge {
  // The request hash covers the verb, so a hold cannot have the hash of a charge.
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

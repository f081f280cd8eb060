import { type Nanos, nanos } from "@/lib/money";
import { IdempotencyConflictError } from "@/lib/platform/errors";
import { type CustomerId, type Id, newId } from "@/lib/platform/ids";
import { chargeInTurn } from "./charge-in-turn";
import type { ChargeEntry, ChargeRow } from "./charge-statement";
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
 * Takes money from a balance by a transaction of its own: the whole amount or nothing, and for one key only once, whatever
 * races. Called by `charge`, which decides what is written together.
 *
 * @param write who writes it: other customers' charges may travel along, or it goes by a statement of its own
 * @throws what `charge` throws
 */
export async function chargeAlone(
  request: ChargeRequest,
  write: (entry: ChargeEntry) => Promise<ChargeRow | null> = chargeInTurn,
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

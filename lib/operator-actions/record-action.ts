import type { OperatorActor } from "@/lib/auth";
import { isDuplicate, prisma, type Tx, withTransaction } from "@/lib/platform/db";
import { IdempotencyConflictError } from "@/lib/platform/errors";
import { type CustomerId, newId } from "@/lib/platform/ids";
import { hashRequest } from "@/lib/platform/request-hash";

/** The unique key of an action's idempotency key. */
const KEY_CONSTRAINT = "operator_action_idempotency_key_key";

/** What the operator does by hand. */
export type OperatorVerb =
  | "create_customer"
  | "freeze_customer"
  | "unfreeze_customer"
  | "adjust_balance"
  | "repair_account"
  | "create_api_key"
  | "roll_api_key"
  | "revoke_api_key"
  | "create_billing_link";

/** One line of what was done. */
export interface OperatorAction {
  verb: OperatorVerb;
  /** Whose key it was; null for a command on the server itself. */
  by: OperatorActor | null;
  /** The id of what it was done to. */
  subjectId: string;
  /** Whom it concerns; null when it concerns the operator alone. */
  customerId: CustomerId | null;
  reason?: string | null;
}

/** Writes down what is done, in the transaction that does it. Lines are never changed or removed. */
export async function recordAction(
  tx: Tx,
  action: OperatorAction,
  named: { idempotencyKey: string; requestHash: string } | null = null,
): Promise<void> {
  const { by, reason = null, ...facts } = action;
  await tx.operatorAction.create({
    data: { ...facts, ...named, reason, actionId: newId("action"), apiKeyId: by?.apiKeyId ?? null },
  });
}

/**
 * Does something new in one transaction with the line that tells of it. Under one idempotency key it is done once,
 * whatever races: the line is written first, so a second request waits for it and then finds it.
 *
 * @param request.content all that makes the request what it is
 * @returns what `work` returned, so that an answer needs nothing more from the database after the effect is committed; for
 * a replay the id of what was made earlier
 * @throws IdempotencyConflictError the key was used for another request
 */
export async function actOnce<T>(
  action: OperatorAction,
  request: { idempotencyKey: string | null; content: readonly unknown[] },
  work: (tx: Tx) => Promise<T>,
): Promise<{ isReplay: false; subjectId: string; result: T } | { isReplay: true; subjectId: string }> {
  const named = nameOf(action.verb, request);
  const known = named && (await findEarlier(named));
  if (known) return known;
  try {
    const result = await withTransaction(async (tx) => {
      await recordAction(tx, action, named);
      return work(tx);
    });
    return { subjectId: action.subjectId, isReplay: false, result };
  } catch (error) {
    const winner = named && isDuplicate(error, [KEY_CONSTRAINT]) && (await findEarlier(named));
    if (!winner) throw error;
    return winner;
  }
}

/** The verb is part of the hash: the same key for another verb is another request. */
function nameOf(verb: OperatorVerb, request: { idempotencyKey: string | null; content: readonly unknown[] }) {
  const { idempotencyKey, content } = request;
  if (idempotencyKey === null) return null;
  return { idempotencyKey, requestHash: hashRequest([verb, ...content]) };
}

async function findEarlier(named: { idempotencyKey: string; requestHash: string }) {
  const { idempotencyKey, requestHash } = named;
  const row = await prisma().operatorAction.findUnique({ where: { idempotencyKey } });
  if (row && row.requestHash !== requestHash) throw new IdempotencyConflictError();
  return row && ({ subjectId: row.subjectId, isReplay: true } as const);
}

import type { OperatorActor } from "@/lib/auth";
import { isDuplicate, prisma, type Tx, withTransaction } from "@/lib/platform/db";
import { IdempotencyConflictError } from "@/lib/platform/errors";
import { type CustomerId, newId } from "@/lib/platform/ids";
import { hashRequest } from "@/lib/platform/request-hash";

/** The unique key of an action's idempotency key. */
const KEY_CONSTRAINT = "operator_action_idempotency_key_key";

export type OperatorVerb =
  | "create_customer"
  | "freeze_customer"
  | "unfreeze_customer"
  | "adjust_balance"
  | "repair_account"
  | "refund_top_up"
  | "enter_dispute_amount"
  | "resolve_top_up"
  | "resolve_alert"
  | "create_api_key"
  | "roll_api_key"
  | "revoke_api_key"
  | "create_billing_link"
  | "pause_auto_top_up"
  | "resume_auto_top_up";

export interface OperatorAction {
  verb: OperatorVerb;
  /** Null for a command on the server. */
  by: OperatorActor | null;
  /** The id of the object that was changed. */
  subjectId: string;
  /** The customer that it concerns, if any. */
  customerId: CustomerId | null;
  reason?: string | null;
}

/** Records an action in the transaction that does it. Records are never changed or deleted. */
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
 * Runs `work` and records the action in one transaction, once per idempotency key. The record is inserted first, so a
 * concurrent request with the same key waits for it and then finds it.
 *
 * @param request.content everything that distinguishes the request from others
 * @returns the result of `work`, or for a replay the id of the object that the first request created
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

import { type Actor, ForbiddenError } from "@/lib/auth";
import {
  type BatchItem,
  type BatchResult,
  charge,
  chargeBatch,
  type PostedCharge,
  type PostedRefund,
  refundCharge,
} from "@/lib/ledger";
import type { Nanos } from "@/lib/money";
import { idempotentRequest, type SpendInput } from "./idempotent-request";

/** Only the operator may do this, whatever scopes a customer's key has. */
export class OperatorOnlyError extends ForbiddenError {
  /** @param path the field that asks for it, where one does */
  constructor(what: string, path?: string) {
    super(`${what} needs a key of the operator.`, { reason: "operator_only", ...(path && { path }) });
  }
}

/** Work to be charged. */
export interface ChargeInput extends SpendInput {
  /** More than zero, at most a million dollars. */
  amount: Nanos;
  /** Records work already done even below zero. Only for the operator. */
  allowOverdraft: boolean;
}

/**
 * Charges a balance for work done: the whole amount or nothing, one key only once.
 *
 * @throws InsufficientBalanceError less is available
 * @throws OperatorOnlyError overdraft with a customer's key
 * @throws AccountNotActiveError frozen or closed · IdempotencyConflictError the key is another request's
 */
export async function chargeUsage(actor: Actor, input: ChargeInput): Promise<PostedCharge> {
  assertMayOverdraw(actor, input, "overdraft");
  return charge({ ...input, ...chargeFacts(actor, input) });
}

/** What became of one item of a batch. */
export type BatchOutcome = BatchResult;

/**
 * Charges up to a thousand items, each with its own result, in order. Each customer's part commits alone; the same batch
 * can be sent again after a failure.
 *
 * @throws OperatorOnlyError overdraft with a customer's key: then nothing was charged
 */
export async function chargeUsageBatch(
  actor: Actor,
  inputs: readonly ChargeInput[],
): Promise<BatchOutcome[]> {
  for (const [n, input] of inputs.entries()) assertMayOverdraw(actor, input, `charges.${n}.overdraft`);
  const items: BatchItem[] = inputs.map((input) => ({ ...input, ...chargeFacts(actor, input) }));
  const { owner, apiKeyId } = chargeFacts(actor, inputs[0] as ChargeInput);
  return chargeBatch(items, { owner, apiKeyId });
}

function assertMayOverdraw(actor: Actor, input: ChargeInput, path: string): void {
  if (input.allowOverdraft && actor.kind !== "operator_key") throw new OperatorOnlyError("Overdraft", path);
}

function chargeFacts(actor: Actor, input: ChargeInput) {
  return idempotentRequest(actor, "charge", input, [input.amount.toString(), input.allowOverdraft]);
}

/** A charge to be given back. */
export interface RefundInput extends SpendInput {
  chargeId: string;
  /** Null for all that is left of it. */
  amount: Nanos | null;
}

/**
 * Gives a charge back to the balance, in part or in full. Only the operator may.
 *
 * @throws OperatorOnlyError a customer's key · NotFoundError no such charge · RefundTooLargeError more than is left
 */
export async function refundUsage(actor: Actor, input: RefundInput): Promise<PostedRefund> {
  if (actor.kind !== "operator_key") throw new OperatorOnlyError("Refunding a charge");
  const facts = idempotentRequest(actor, "refund", input, [input.chargeId, input.amount?.toString() ?? null]);
  return refundCharge({ ...input, ...facts });
}

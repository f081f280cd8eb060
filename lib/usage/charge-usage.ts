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
import { idempotentRequest, type SpendInput } from "./spend-request";

/** Only the operator may do this, whatever scopes the customer's key has. */
export class OperatorOnlyError extends ForbiddenError {
  /** @param path the request field, if there is one */
  constructor(what: string, path?: string) {
    super(`${what} requires an operator key.`, { reason: "operator_only", ...(path && { path }) });
  }
}

/** A charge to a customer's balance. */
export interface ChargeInput extends SpendInput {
  /** More than zero, at most a million dollars. */
  amount: Nanos;
  /** Charges even if the balance becomes negative. Operators only. */
  allowOverdraft: boolean;
}

/**
 * Charges a customer's balance: the whole amount or nothing, and once per idempotency key.
 *
 * @throws InsufficientBalanceError less is available
 * @throws OperatorOnlyError overdraft with a customer's key
 * @throws AccountNotActiveError frozen or closed · IdempotencyConflictError the key was used for another request
 */
export async function chargeUsage(actor: Actor, input: ChargeInput): Promise<PostedCharge> {
  assertMayOverdraw(actor, input, "overdraft");
  return charge({ ...input, ...chargeFacts(actor, input) });
}

/** The result of one item of a batch. */
export type BatchOutcome = BatchResult;

/**
 * Charges up to a thousand items in order, each with its own result. Each customer's items commit by themselves; after a
 * failure the same batch can be sent again.
 *
 * @throws OperatorOnlyError overdraft with a customer's key; nothing was charged
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

/** A refund of a charge. */
export interface RefundInput extends SpendInput {
  chargeId: string;
  /** Null for the whole remaining amount. */
  amount: Nanos | null;
}

/**
 * Refunds a charge to the balance, in part or in full. Operators only.
 *
 * @throws OperatorOnlyError a customer's key · NotFoundError no such charge · RefundTooLargeError the amount exceeds what remains
 */
export async function refundUsage(actor: Actor, input: RefundInput): Promise<PostedRefund> {
  if (actor.kind !== "operator_key") throw new OperatorOnlyError("Refunding a charge");
  const facts = idempotentRequest(actor, "refund", input, [input.chargeId, input.amount?.toString() ?? null]);
  return refundCharge({ ...input, ...facts });
}

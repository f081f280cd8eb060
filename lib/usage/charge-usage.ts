import type { Actor } from "@/lib/auth";
import {
  type BatchItem,
  type BatchResult,
  charge,
  chargeBatch,
  InsufficientBalanceError,
  type PostedCharge,
  type PostedRefund,
  refundCharge,
} from "@/lib/ledger";
import type { Nanos } from "@/lib/money";
import { OperatorOnlyError, PaymentRequiredError } from "./errors";
import { keyed, type SpendInput } from "./keyed";

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
 * @throws PaymentRequiredError less is available
 * @throws OperatorOnlyError overdraft with a customer's key
 * @throws AccountNotActiveError frozen or closed · IdempotencyConflictError the key is another request's
 */
export async function chargeUsage(actor: Actor, input: ChargeInput): Promise<PostedCharge> {
  assertMayOverdraw(actor, input, "overdraft");
  try {
    return await charge({ ...input, ...chargeFacts(actor, input) });
  } catch (error) {
    throw error instanceof InsufficientBalanceError
      ? new PaymentRequiredError(error, input.customerId)
      : error;
  }
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
  const results = await chargeBatch(items, { owner, apiKeyId });
  return results.map((result, index) => {
    if (result.ok || !(result.error instanceof InsufficientBalanceError)) return result;
    return {
      ok: false,
      error: new PaymentRequiredError(result.error, (inputs[index] as ChargeInput).customerId),
    };
  });
}

function assertMayOverdraw(actor: Actor, input: ChargeInput, path: string): void {
  if (input.allowOverdraft && actor.kind !== "operator_key") throw new OperatorOnlyError("Overdraft", path);
}

function chargeFacts(actor: Actor, input: ChargeInput) {
  return keyed(actor, "charge", input, [input.amount.toString(), input.allowOverdraft]);
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
  const facts = keyed(actor, "refund", input, [input.chargeId, input.amount?.toString() ?? null]);
  return refundCharge({ ...input, ...facts });
}

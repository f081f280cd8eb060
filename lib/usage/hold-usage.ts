import { type Actor, idempotencyOwner } from "@/lib/auth";
import { type CapturedHold, captureHold, type Hold, openHold, releaseHold } from "@/lib/ledger";
import type { Nanos } from "@/lib/money";
import type { CustomerId } from "@/lib/platform/ids";
import { idempotentRequest, type SpendInput } from "./idempotent-request";

/** Money to reserve before the work is done. */
export interface HoldInput extends SpendInput {
  /** More than zero, at most a million dollars. */
  amount: Nanos;
  /** From now; at most a day. */
  expiresInSeconds: number;
}

/**
 * Reserves money until it is captured, released, or its time is over.
 *
 * @throws InsufficientBalanceError less is available · AccountNotActiveError frozen or closed
 */
export async function holdUsage(
  actor: Actor,
  input: HoldInput,
  now: Date = new Date(),
): Promise<{ hold: Hold; isReplay: boolean }> {
  const facts = idempotentRequest(actor, "hold", input, [input.amount.toString(), input.expiresInSeconds]);
  const expiresAt = new Date(now.getTime() + input.expiresInSeconds * 1_000);
  return openHold({ ...input, ...facts, expiresAt });
}

/** Which hold of which customer. */
export interface HoldName {
  customerId: CustomerId;
  holdId: string;
}

/**
 * Charges what was held, or a part of it, or more if that is available.
 *
 * @param amount null for all that was held
 * @throws ForeignHoldError opened by somebody else · ConflictError released, expired, or captured with another amount
 */
export async function captureUsage(
  actor: Actor,
  name: HoldName,
  amount: Nanos | null,
): Promise<CapturedHold> {
  const apiKeyId = actor.kind === "session" ? null : actor.apiKeyId;
  return captureHold({ ...name, principal: idempotencyOwner(actor) }, { amount, apiKeyId });
}

/**
 * Gives a hold back and tells how it stands. One that was released or has expired stays as it is.
 *
 * @throws ForeignHoldError opened by somebody else · ConflictError it was captured
 */
export async function releaseUsage(actor: Actor, name: HoldName): Promise<{ hold: Hold; isReplay: boolean }> {
  return releaseHold({ ...name, principal: idempotencyOwner(actor) });
}

import { type Actor, idempotencyOwner } from "@/lib/auth";
import { type CapturedHold, captureHold, type Hold, openHold, releaseHold } from "@/lib/ledger";
import type { Nanos } from "@/lib/money";
import type { CustomerId } from "@/lib/platform/ids";
import { idempotentRequest, type SpendInput } from "./spend-request";

/** An amount to reserve before the work is done. */
export interface HoldInput extends SpendInput {
  /** More than zero, at most a million dollars. */
  amount: Nanos;
  /** At most a day. */
  expiresInSeconds: number;
}

/**
 * Opens a hold: the amount is reserved until the hold is captured, released or expired.
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

/** A hold and its customer. */
export interface HoldName {
  customerId: CustomerId;
  holdId: string;
}

/**
 * Captures a hold: the held amount, a part of it, or more if that is available.
 *
 * @param amount null for the whole hold
 * @throws ForeignHoldError another principal opened it · ConflictError released, expired, or captured with another amount
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
 * Releases a hold and returns it. A hold that was released or has expired stays as it is.
 *
 * @throws ForeignHoldError another principal opened it · ConflictError it was captured
 */
export async function releaseUsage(actor: Actor, name: HoldName): Promise<{ hold: Hold; isReplay: boolean }> {
  return releaseHold({ ...name, principal: idempotencyOwner(actor) });
}

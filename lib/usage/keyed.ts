import { hash } from "node:crypto";
import { type Actor, idempotencyOwner } from "@/lib/auth";
import type { IdempotentRequest } from "@/lib/ledger";
import type { CustomerId } from "@/lib/platform/ids";

/** What a caller says about any spending. */
export interface SpendInput {
  customerId: CustomerId;
  idempotencyKey: string;
  description?: string | undefined;
  metadata?: Record<string, string> | undefined;
}

/**
 * The caller's name for a request together with a hash of all that makes it what it is. The verb is part of the hash:
 * the same key for another verb is another request.
 */
export function keyed(
  actor: Actor,
  verb: "charge" | "hold" | "refund",
  input: SpendInput,
  content: readonly unknown[],
): IdempotentRequest {
  const { description = null, metadata = {} } = input;
  const sorted = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = JSON.stringify([verb, input.customerId, ...content, description, sorted]);
  return {
    owner: idempotencyOwner(actor),
    key: input.idempotencyKey,
    requestHash: hash("sha256", parts, "base64url"),
    description,
    metadata,
    apiKeyId: actor.kind === "session" ? null : actor.apiKeyId,
  };
}

import { type Actor, idempotencyOwner } from "@/lib/auth";
import type { IdempotentRequest } from "@/lib/ledger";
import type { CustomerId } from "@/lib/platform/ids";
import { hashRequest } from "@/lib/platform/request-hash";

/** What all requests that spend from a balance have in common. */
export interface SpendInput {
  customerId: CustomerId;
  idempotencyKey: string;
  description?: string | undefined;
  metadata?: Record<string, string> | undefined;
}

/** Returns the idempotency key with its owner and the request hash. The hash covers the verb. */
export function idempotentRequest(
  actor: Actor,
  verb: "charge" | "hold" | "refund",
  input: SpendInput,
  content: readonly unknown[],
): IdempotentRequest {
  const { description = null, metadata = {} } = input;
  const sorted = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    owner: idempotencyOwner(actor),
    key: input.idempotencyKey,
    requestHash: hashRequest([verb, input.customerId, ...content, description, sorted]),
    description,
    metadata,
    apiKeyId: actor.kind === "session" ? null : actor.apiKeyId,
  };
}

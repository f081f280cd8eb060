import type { ApiKeyId } from "@/lib/platform/ids";

/** What every request that moves money brings: who names it, and for what. Stored on the effect's own row for ever. */
export interface IdempotentRequest {
  /** `operator` or the customer's id: whoever owns the key's name. It survives rolling an API key. */
  owner: string;
  /** The idempotency key. */
  key: string;
  /** SHA-256 of everything that makes the request what it is; another hash under the same key is a conflict. */
  requestHash: string;
  description: string | null;
  metadata: Record<string, string>;
  apiKeyId: ApiKeyId | null;
}

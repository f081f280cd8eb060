import type { ApiKeyId } from "@/lib/platform/ids";

/** What every request that moves money has in common. Stored for good on the row that it writes. */
export interface IdempotentRequest {
  /** Whose idempotency key it is: `operator` or the customer's id. Rolling an API key does not change it. */
  owner: string;
  key: string;
  /** See `hashRequest`. */
  requestHash: string;
  description: string | null;
  metadata: Record<string, string>;
  apiKeyId: ApiKeyId | null;
}

import { createHash } from "node:crypto";

/**
 * Returns the SHA-256 of everything that makes a request what it is, the verb included. It is stored with the idempotency
 * key: another hash under the same key is a conflict.
 */
export function hashRequest(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}

import { timingSafeEqual } from "node:crypto";
import { type Actor, UnauthorizedError } from "@/lib/auth";
import { onPool, type Statement } from "@/lib/platform/db";
import { findKey, isLeased } from "./find-key";
import { hashOf, isWellFormed, prefixOf } from "./secret";

/** `last_used_at` is for people. Updating it once a minute avoids a write per request. */
const LAST_USED_INTERVAL_MS = 60_000;

const TOUCH_KEY: Statement = {
  name: "api_key_touch",
  text: "UPDATE api_key SET last_used_at = $2::timestamptz WHERE api_key_id = $1",
};

/**
 * Authenticates the holder of a secret.
 *
 * @throws UnauthorizedError the secret is malformed, unknown, expired or revoked
 */
export async function verifyApiKey(secret: string, now: Date = new Date()): Promise<Actor> {
  if (!isWellFormed(secret)) throw new UnauthorizedError("Malformed API key. API keys start with brim_sk_.");
  const key = await findKey(prefixOf(secret));
  if (!key || !timingSafeEqual(key.secret_hash, hashOf(secret))) {
    throw new UnauthorizedError("Invalid API key.");
  }
  if (key.revoked_at) throw new UnauthorizedError("This API key was revoked.");
  if (key.expires_at && key.expires_at <= now) throw new UnauthorizedError("This API key has expired.");

  if (!key.last_used_at || now.getTime() - key.last_used_at.getTime() > LAST_USED_INTERVAL_MS) {
    key.last_used_at = now; // the row is shared: other requests need not write it too
    await onPool().run(TOUCH_KEY, [key.api_key_id, now.toISOString()]);
  }
  const { api_key_id: apiKeyId, customer_id: customerId, scopes } = key;
  return customerId === null
    ? { kind: "operator_key", apiKeyId, scopes }
    : { kind: "customer_key", customerId, apiKeyId, scopes };
}

/** Whether `verifyApiKey` needs no query for a secret: it is malformed, or its key is cached. */
export function isKeyLookedUp(secret: string): boolean {
  return !isWellFormed(secret) || isLeased(prefixOf(secret));
}

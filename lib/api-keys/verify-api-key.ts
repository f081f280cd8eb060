import { timingSafeEqual } from "node:crypto";
import { type Actor, type Scope, UnauthorizedError } from "@/lib/auth";
import { onPool, type Statement } from "@/lib/platform/db";
import type { ApiKeyId, CustomerId } from "@/lib/platform/ids";
import { hashOf, isWellFormed, prefixOf } from "./secret";

/** The time of last use is for people: once a minute is often enough, and spares a write on each call. */
const LAST_USED_STEP_MS = 60_000;

/** Runs on each request, so it is a prepared statement and no query of Prisma's. */
const FIND_KEY: Statement = {
  name: "api_key_find",
  text: `
    SELECT api_key_id, customer_id, secret_hash, scopes, last_used_at, expires_at, revoked_at
    FROM api_key WHERE prefix = $1`,
};

const TOUCH_KEY: Statement = {
  name: "api_key_touch",
  text: "UPDATE api_key SET last_used_at = $2::timestamptz WHERE api_key_id = $1",
};

interface KeyRow {
  api_key_id: ApiKeyId;
  customer_id: CustomerId | null;
  secret_hash: Buffer;
  scopes: Scope[];
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
}

/**
 * Tells who holds a secret.
 *
 * @throws UnauthorizedError the secret is malformed, unknown, expired or revoked; the message tells apart only what its holder may know
 */
export async function verifyApiKey(secret: string, now: Date = new Date()): Promise<Actor> {
  if (!isWellFormed(secret)) throw new UnauthorizedError("This is not an API key of Brim (brim_sk_…).");
  const [key] = await onPool().run<KeyRow>(FIND_KEY, [prefixOf(secret)]);
  if (!key || !timingSafeEqual(key.secret_hash, hashOf(secret))) {
    throw new UnauthorizedError("There is no such API key.");
  }
  if (key.revoked_at) throw new UnauthorizedError("This API key was revoked.");
  if (key.expires_at && key.expires_at <= now) throw new UnauthorizedError("This API key has expired.");

  if (!key.last_used_at || now.getTime() - key.last_used_at.getTime() > LAST_USED_STEP_MS) {
    await onPool().run(TOUCH_KEY, [key.api_key_id, now.toISOString()]);
  }
  const { api_key_id: apiKeyId, customer_id: customerId, scopes } = key;
  return customerId === null
    ? { kind: "operator_key", apiKeyId, scopes }
    : { kind: "customer_key", customerId, apiKeyId, scopes };
}

import { timingSafeEqual } from "node:crypto";
import { type Actor, type Scope, UnauthorizedError } from "@/lib/auth";
import { prisma } from "@/lib/platform/db";
import type { ApiKeyId, CustomerId } from "@/lib/platform/ids";
import { hashOf, isWellFormed, prefixOf } from "./secret";

/** The time of last use is for people: once a minute is often enough, and spares a write on each call. */
const LAST_USED_STEP_MS = 60_000;

/**
 * Tells who holds a secret.
 *
 * @throws UnauthorizedError the secret is malformed, unknown, expired or revoked; the message tells apart only what its holder may know
 */
export async function verifyApiKey(secret: string, now: Date = new Date()): Promise<Actor> {
  if (!isWellFormed(secret)) throw new UnauthorizedError("This is not an API key of Brim (brim_sk_…).");
  const key = await prisma().apiKey.findUnique({ where: { prefix: prefixOf(secret) } });
  if (!key || !timingSafeEqual(key.secretHash, hashOf(secret)))
    throw new UnauthorizedError("There is no such API key.");
  if (key.revokedAt) throw new UnauthorizedError("This API key was revoked.");
  if (key.expiresAt && key.expiresAt <= now) throw new UnauthorizedError("This API key has expired.");

  if (!key.lastUsedAt || now.getTime() - key.lastUsedAt.getTime() > LAST_USED_STEP_MS) {
    await prisma().apiKey.updateMany({ where: { apiKeyId: key.apiKeyId }, data: { lastUsedAt: now } });
  }
  const scopes = key.scopes as Scope[];
  const apiKeyId = key.apiKeyId as ApiKeyId;
  return key.customerId === null
    ? { kind: "operator_key", apiKeyId, scopes }
    : { kind: "customer_key", customerId: key.customerId as CustomerId, apiKeyId, scopes };
}

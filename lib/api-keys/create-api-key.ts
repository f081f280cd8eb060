import type { Scope } from "@/lib/auth";
import { prisma } from "@/lib/platform/db";
import { type ApiKeyId, type CustomerId, newId } from "@/lib/platform/ids";
import { outliveLeases } from "./find-key";
import { hashOf, newSecret, prefixOf } from "./secret";

/** All that a customer's key can ever do. */
export const CUSTOMER_SCOPES: readonly Scope[] = [
  "billing:read",
  "billing:write",
  "usage:read",
  "usage:write",
];

/** All that an operator's key can ever do. */
export const OPERATOR_SCOPES: readonly Scope[] = ["usage:read", "usage:write", "admin"];

/**
 * Makes a key. The secret is in the answer and nowhere else: only its hash is stored.
 *
 * @param input.customerId null for an operator's key
 */
export async function createApiKey(input: {
  customerId: CustomerId | null;
  name: string;
  scopes: "all" | readonly Scope[];
  expiresAt?: Date;
}): Promise<{ apiKeyId: ApiKeyId; secret: string }> {
  const secret = newSecret();
  const apiKeyId = newId("apiKey");
  const all = input.customerId ? CUSTOMER_SCOPES : OPERATOR_SCOPES;
  await prisma().apiKey.create({
    data: {
      apiKeyId,
      customerId: input.customerId,
      name: input.name,
      prefix: prefixOf(secret),
      secretHash: new Uint8Array(hashOf(secret)),
      scopes: [...(input.scopes === "all" ? all : input.scopes)],
      expiresAt: input.expiresAt ?? null,
    },
  });
  return { apiKeyId, secret };
}

/** Ends a key: once this has answered, no process takes it any more. A second time changes nothing. */
export async function revokeApiKey(apiKeyId: ApiKeyId, now: Date): Promise<void> {
  await prisma().apiKey.updateMany({ where: { apiKeyId, revokedAt: null }, data: { revokedAt: now } });
  await outliveLeases();
}

import type { OperatorActor } from "@/lib/auth";
import { recordAction } from "@/lib/operator-actions";
import { type Tx, withTransaction } from "@/lib/platform/db";
import { type ApiKey, apiKeyStatus, readApiKey } from "./api-key";
import { LastAdminKeyError } from "./errors";
import { waitForLeases } from "./find-key";

/**
 * Revokes a key. When this returns, every process refuses it. Revoking a revoked key changes nothing.
 *
 * @param options.by null for a command on the server
 * @param options.force revokes even the last key with the scope admin
 * @throws NotFoundError the key does not exist
 * @throws LastAdminKeyError it is the last key with the scope admin
 */
export async function revokeApiKey(
  apiKeyId: string,
  now: Date,
  options: { by?: OperatorActor | null; force?: boolean; reason?: string | undefined } = {},
): Promise<ApiKey> {
  const { by = null, force = false, reason } = options;
  const { customerId } = await readApiKey(apiKeyId);
  const revoked = await withTransaction(async (tx) => {
    await lockKeys(tx, apiKeyId, customerId === null);
    const key = await readApiKey(apiKeyId, tx);
    if (key.revokedAt) return key;
    if (
      !force &&
      isAdmin(key) &&
      apiKeyStatus(key, now) === "active" &&
      !(await isAnotherLeft(tx, key, now))
    ) {
      throw new LastAdminKeyError();
    }
    await tx.apiKey.update({ where: { apiKeyId }, data: { revokedAt: now } });
    await recordAction(tx, {
      verb: "revoke_api_key",
      by,
      subjectId: apiKeyId,
      customerId,
      reason: reason ?? null,
    });
    return { ...key, revokedAt: now };
  });
  await waitForLeases();
  return revoked;
}

/** For an operator key, locks all keys with the scope admin, so that two requests cannot revoke the last two of them. */
async function lockKeys(tx: Tx, apiKeyId: string, isOperators: boolean): Promise<void> {
  await tx.$queryRaw`
    SELECT 1 FROM api_key
    WHERE api_key_id = ${apiKeyId}
      OR (${isOperators} AND customer_id IS NULL AND revoked_at IS NULL AND 'admin' = ANY (scopes))
    ORDER BY api_key_id FOR UPDATE`;
}

/** A key that was rolled expires soon and does not count. */
async function isAnotherLeft(tx: Tx, key: ApiKey, now: Date): Promise<boolean> {
  const others = await tx.apiKey.count({
    where: {
      apiKeyId: { not: key.apiKeyId },
      customerId: null,
      scopes: { has: "admin" },
      revokedAt: null,
      OR: [{ expiresAt: null }, { expiresAt: { gt: now } }],
      rolledTo: null,
    },
  });
  return others > 0;
}

function isAdmin({ customerId, scopes }: ApiKey): boolean {
  return customerId === null && scopes.includes("admin");
}

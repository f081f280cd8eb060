import type { OperatorActor } from "@/lib/auth";
import { actOnce } from "@/lib/operator-actions";
import type { Tx } from "@/lib/platform/db";
import { invalidField } from "@/lib/platform/errors";
import { type ApiKeyId, newId } from "@/lib/platform/ids";
import { type ApiKey, apiKeyStatus, readApiKey } from "./api-key";
import { assertInFuture, type IssuedApiKey, insertKey } from "./create-api-key";
import { KeyNotRollableError } from "./errors";
import { waitForLeases } from "./find-key";
import { newSecret } from "./secret";

/** Seven days. */
export const MAX_GRACE_SECONDS = 7 * 24 * 60 * 60;

/** One day. */
export const DEFAULT_GRACE_SECONDS = 24 * 60 * 60;

export interface RollApiKey {
  apiKeyId: string;
  /** How long the old key stays valid, 0 to `MAX_GRACE_SECONDS`. With 0 it is refused as soon as this returns. */
  graceSeconds: number;
  /** When the new key expires. Default: it has the lifetime of the old key. */
  expiresAt?: Date | null | undefined;
}

export interface RolledApiKey extends IssuedApiKey {
  previous: ApiKey;
}

/**
 * Replaces a key with a new one that has the same customer, name and scopes. The old key expires after a grace period. A key
 * can be rolled once.
 *
 * @throws InvalidRequestError a grace period outside its limits, or an expiry in the past
 * @throws NotFoundError the key does not exist
 * @throws KeyNotRollableError the key is revoked, has expired, or was rolled before
 * @throws IdempotencyConflictError the idempotency key was used for another request
 */
export async function rollApiKey(
  by: OperatorActor | null,
  input: RollApiKey,
  options: { idempotencyKey: string | null; now: Date },
): Promise<RolledApiKey> {
  const { graceSeconds, expiresAt } = input;
  if (graceSeconds < 0 || graceSeconds > MAX_GRACE_SECONDS) {
    throw invalidField("grace_seconds", "Must be from 0 to 604800 seconds (7 days).");
  }
  const { apiKeyId: oldId, customerId } = await readApiKey(input.apiKeyId);
  const [secret, newKeyId] = [newSecret(), newId("apiKey")];
  const rolled = await actOnce(
    { verb: "roll_api_key", by, subjectId: newKeyId, customerId },
    { idempotencyKey: options.idempotencyKey, content: [oldId, graceSeconds, expiresAt ?? null] },
    async (tx) => {
      const old = await lockRollable(tx, oldId, options.now);
      const end = expiresAt ?? sameLifetime(old, options.now);
      assertInFuture(end, options.now);
      const { name, scopes } = old;
      const key = { apiKeyId: newKeyId, customerId, name, scopes, expiresAt: end, rolledFromId: oldId };
      await insertKey(tx, key, secret);
      await endAfterGrace(tx, old, graceSeconds, options.now);
      // Before the commit, because a failure after it would lose the secret.
      return { apiKey: await readApiKey(newKeyId, tx), previous: await readApiKey(oldId, tx) };
    },
  );
  if (graceSeconds === 0) await waitForLeases();
  if (!rolled.isReplay) return { ...rolled.result, secret, isReplay: false };
  const [apiKey, previous] = [await readApiKey(rolled.subjectId), await readApiKey(oldId)];
  return { apiKey, previous, secret: null, isReplay: true };
}

async function lockRollable(tx: Tx, apiKeyId: ApiKeyId, now: Date): Promise<ApiKey> {
  await tx.$queryRaw`SELECT 1 FROM api_key WHERE api_key_id = ${apiKeyId} FOR UPDATE`;
  const key = await readApiKey(apiKeyId, tx);
  const status = apiKeyStatus(key, now);
  if (status !== "active") throw new KeyNotRollableError(status);
  if (key.rolledTo) throw new KeyNotRollableError("rolled");
  return key;
}

/** Without this, rolling an expiring key would create one that never expires. */
function sameLifetime(old: ApiKey, now: Date): Date | null {
  return old.expiresAt && new Date(now.getTime() + old.expiresAt.getTime() - old.createdAt.getTime());
}

/** Never extends the lifetime of the old key. */
async function endAfterGrace(tx: Tx, old: ApiKey, graceSeconds: number, now: Date): Promise<void> {
  const end = new Date(now.getTime() + graceSeconds * 1_000);
  if (old.expiresAt && old.expiresAt <= end) return;
  await tx.apiKey.update({ where: { apiKeyId: old.apiKeyId }, data: { expiresAt: end } });
}

import type { OperatorActor } from "@/lib/auth";
import { actOnce } from "@/lib/operator-actions";
import type { Tx } from "@/lib/platform/db";
import { invalidField } from "@/lib/platform/errors";
import { type ApiKeyId, newId } from "@/lib/platform/ids";
import { type ApiKey, apiKeyStatus, readApiKey } from "./api-key";
import { assertIsAhead, type IssuedApiKey, insertKey } from "./create-api-key";
import { KeyNotRollableError } from "./errors";
import { outliveLeases } from "./find-key";
import { newSecret } from "./secret";

/** The old key's longest life beside the new one, in seconds: seven days. */
export const MAX_GRACE_SECONDS = 7 * 24 * 60 * 60;

/** Its life when nothing is said: a day. */
export const DEFAULT_GRACE_SECONDS = 24 * 60 * 60;

/** A key to be replaced. */
export interface RollApiKey {
  apiKeyId: string;
  /** How long the old one stays valid, 0 to `MAX_GRACE_SECONDS`. With 0 nobody takes it any more once this has answered. */
  graceSeconds: number;
  /** When the new one ends; left out, it lives as long as the old one was made for. */
  expiresAt?: Date | null | undefined;
}

/** What came of it. */
export interface RolledApiKey extends IssuedApiKey {
  previous: ApiKey;
}

/**
 * Makes a key with the customer, name and scopes of another one, which ends after a time of grace. A key is rolled once.
 *
 * @throws InvalidRequestError a grace beyond its limits, or an end that is over
 * @throws NotFoundError there is no such key
 * @throws KeyNotRollableError it is revoked, has expired, or was rolled before
 * @throws IdempotencyConflictError the key of the request was used for another one
 */
export async function rollApiKey(
  by: OperatorActor | null,
  input: RollApiKey,
  options: { idempotencyKey: string | null; now: Date },
): Promise<RolledApiKey> {
  const { graceSeconds, expiresAt } = input;
  if (graceSeconds < 0 || graceSeconds > MAX_GRACE_SECONDS) {
    throw invalidField("grace_seconds", "The old key stays valid for at most 7 days.");
  }
  const { apiKeyId: oldId, customerId } = await readApiKey(input.apiKeyId);
  const [secret, newKeyId] = [newSecret(), newId("apiKey")];
  const made = await actOnce(
    { verb: "roll_api_key", by, subjectId: newKeyId, customerId },
    { idempotencyKey: options.idempotencyKey, content: [oldId, graceSeconds, expiresAt ?? null] },
    async (tx) => {
      const old = await lockRollable(tx, oldId, options.now);
      const end = expiresAt ?? sameLife(old, options.now);
      assertIsAhead(end, options.now);
      const { name, scopes } = old;
      const key = { apiKeyId: newKeyId, customerId, name, scopes, expiresAt: end, rolledFromId: oldId };
      await insertKey(tx, key, secret);
      await endAfterGrace(tx, old, graceSeconds, options.now);
      // Before the commit: what fails after it would lose the secret.
      return { apiKey: await readApiKey(newKeyId, tx), previous: await readApiKey(oldId, tx) };
    },
  );
  if (graceSeconds === 0) await outliveLeases();
  if (!made.isReplay) return { ...made.result, secret, isReplay: false };
  const [apiKey, previous] = [await readApiKey(made.subjectId), await readApiKey(oldId)];
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

/** A key that was to end must not become one that never does. */
function sameLife(old: ApiKey, now: Date): Date | null {
  return old.expiresAt && new Date(now.getTime() + old.expiresAt.getTime() - old.createdAt.getTime());
}

/** Never later than it would have ended anyway. */
async function endAfterGrace(tx: Tx, old: ApiKey, graceSeconds: number, now: Date): Promise<void> {
  const end = new Date(now.getTime() + graceSeconds * 1_000);
  if (old.expiresAt && old.expiresAt <= end) return;
  await tx.apiKey.update({ where: { apiKeyId: old.apiKeyId }, data: { expiresAt: end } });
}

import type { OperatorActor, Scope } from "@/lib/auth";
import { findCustomer } from "@/lib/customers";
import { actOnce } from "@/lib/operator-actions";
import { prisma, type Tx } from "@/lib/platform/db";
import { invalidField, NotFoundError } from "@/lib/platform/errors";
import { type ApiKeyId, type CustomerId, newId } from "@/lib/platform/ids";
import { type ApiKey, readApiKey } from "./api-key";
import { addListedKey } from "./listed-keys";
import { chooseScopes } from "./scopes";
import { hashOf, newSecret, prefixOf } from "./secret";

export interface NewApiKey {
  /** Null for an operator's key. */
  customerId: CustomerId | null;
  name: string;
  scopes: "all" | readonly Scope[];
  expiresAt?: Date | null | undefined;
}

/** A new key with its secret. Only the hash of the secret is stored. */
export interface IssuedApiKey {
  apiKey: ApiKey;
  /** Null when the request is repeated, because the secret is shown only once. */
  secret: string | null;
  isReplay: boolean;
}

/**
 * Creates an API key for a customer or the operator.
 *
 * @throws InvalidRequestError a scope that this kind of key cannot have, or an expiry in the past
 * @throws NotFoundError the customer does not exist
 * @throws IdempotencyConflictError the idempotency key was used for another request
 */
export async function issueApiKey(
  by: OperatorActor | null,
  input: NewApiKey,
  options: { idempotencyKey: string | null; now: Date },
): Promise<IssuedApiKey> {
  const { customerId, name } = input;
  const scopes = chooseScopes(customerId, input.scopes);
  const expiresAt = input.expiresAt ?? null;
  const [secret, apiKeyId] = [newSecret(), newId("apiKey")];
  const created = await actOnce(
    { verb: "create_api_key", by, subjectId: apiKeyId, customerId },
    { idempotencyKey: options.idempotencyKey, content: [customerId, name, scopes, expiresAt] },
    async (tx) => {
      assertInFuture(expiresAt, options.now);
      if (customerId !== null && !(await findCustomer(customerId, tx))) {
        throw new NotFoundError("customer");
      }
      await insertKey(tx, { apiKeyId, customerId, name, scopes, expiresAt }, secret);
      return readApiKey(apiKeyId, tx); // before the commit, because a failure after it would lose the secret
    },
  );
  return created.isReplay
    ? { apiKey: await readApiKey(created.subjectId), secret: null, isReplay: true }
    : { apiKey: created.result, secret, isReplay: false };
}

/** Creates an API key without an entry in the operator's actions, for the demo's seed and tests. */
export async function createApiKey(input: NewApiKey): Promise<{ apiKeyId: ApiKeyId; secret: string }> {
  const [secret, apiKeyId] = [newSecret(), newId("apiKey")];
  const scopes = chooseScopes(input.customerId, input.scopes);
  const { customerId, name, expiresAt = null } = input;
  await insertKey(prisma(), { apiKeyId, customerId, name, scopes, expiresAt }, secret);
  return { apiKeyId, secret };
}

/** @throws InvalidRequestError `expires_at` is in the past */
export function assertInFuture(expiresAt: Date | null, now: Date): void {
  if (expiresAt && expiresAt <= now) throw invalidField("expires_at", "Must be in the future.");
}

/** Stores a key and the hash of its secret. */
export async function insertKey(
  tx: Tx,
  key: {
    apiKeyId: ApiKeyId;
    customerId: CustomerId | null;
    name: string;
    scopes: readonly Scope[];
    expiresAt: Date | null;
    rolledFromId?: ApiKeyId;
  },
  secret: string,
): Promise<void> {
  await tx.apiKey.create({
    data: {
      ...key,
      scopes: [...key.scopes],
      prefix: prefixOf(secret),
      secretHash: new Uint8Array(hashOf(secret)),
    },
  });
  await addListedKey(secret);
}

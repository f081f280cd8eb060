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

/** A key to be made. */
export interface NewApiKey {
  /** Null for an operator's key. */
  customerId: CustomerId | null;
  name: string;
  scopes: "all" | readonly Scope[];
  expiresAt?: Date | null | undefined;
}

/** A key that was made. Its secret is here and nowhere else: only its hash is stored. */
export interface IssuedApiKey {
  apiKey: ApiKey;
  /** Null in the answer to a repeated request: it was shown once. */
  secret: string | null;
  isReplay: boolean;
}

/**
 * Makes a key for a customer or for the operator.
 *
 * @throws InvalidRequestError a scope that a key of this kind cannot have, or an end that is over
 * @throws NotFoundError there is no such customer
 * @throws IdempotencyConflictError the key of the request was used for another one
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
  const made = await actOnce(
    { verb: "create_api_key", by, subjectId: apiKeyId, customerId },
    { idempotencyKey: options.idempotencyKey, content: [customerId, name, scopes, expiresAt] },
    async (tx) => {
      assertIsAhead(expiresAt, options.now);
      if (customerId !== null && !(await findCustomer(customerId, tx))) {
        throw new NotFoundError("customer");
      }
      await insertKey(tx, { apiKeyId, customerId, name, scopes, expiresAt }, secret);
      return readApiKey(apiKeyId, tx); // before the commit: what fails after it would lose the secret
    },
  );
  return made.isReplay
    ? { apiKey: await readApiKey(made.subjectId), secret: null, isReplay: true }
    : { apiKey: made.result, secret, isReplay: false };
}

/** Makes a key for a program of ours, such as the demo's seed. */
export async function createApiKey(input: NewApiKey): Promise<{ apiKeyId: ApiKeyId; secret: string }> {
  const [secret, apiKeyId] = [newSecret(), newId("apiKey")];
  const scopes = chooseScopes(input.customerId, input.scopes);
  const { customerId, name, expiresAt = null } = input;
  await insertKey(prisma(), { apiKeyId, customerId, name, scopes, expiresAt }, secret);
  return { apiKeyId, secret };
}

/**
 * An end that is over would make a key that never worked.
 * @throws InvalidRequestError naming `expires_at`
 */
export function assertIsAhead(expiresAt: Date | null, now: Date): void {
  if (expiresAt && expiresAt <= now) throw invalidField("expires_at", "This instant is over.");
}

/** Stores a key with the hash of its secret. */
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

import { createHash, randomUUID } from "node:crypto";
import { type Actor, idempotencyOwner } from "@/lib/auth";
import { onPool, type Statement } from "@/lib/platform/db";
import { IdempotencyConflictError, invalidField, RequestInProgressError } from "@/lib/platform/errors";
import { log } from "@/lib/platform/log";
import type { Route } from "../route";
import type { ApiResponse } from "./response";

const MAX_KEY_LENGTH = 255;

/** Marks the response to a repeated request. */
export const REPLAYED_HEADERS = { "idempotent-replayed": "true" };

/** How long responses are stored. The key on the row of the effect itself is kept forever. */
export const RESPONSE_LIFETIME_MS = 24 * 60 * 60_000;

/** After this time an unfinished request is considered crashed, and its key can be acquired again. */
const LOCK_LIFETIME_MS = 60_000;

/**
 * Reads the `Idempotency-Key` header.
 *
 * @returns null if it was not sent
 * @throws InvalidRequestError
 */
export function readIdempotencyKey(headers: Headers): string | null {
  const key = headers.get("idempotency-key");
  if (key === null) return null;
  if (key.length === 0 || key.length > MAX_KEY_LENGTH || /[^\x21-\x7e]/.test(key)) {
    throw invalidField(
      "Idempotency-Key",
      `Use 1 to ${MAX_KEY_LENGTH} visible ASCII characters without spaces.`,
    );
  }
  return key;
}

/**
 * Runs a request with an idempotency key: one at a time, and, if the route stores responses, with the same response for a
 * day.
 *
 * @param run does the work
 */
export async function runIdempotently(
  route: Route,
  { actor, key, url, text }: { actor: Actor; key: string; url: string; text: string },
  run: () => Promise<ApiResponse>,
): Promise<ApiResponse> {
  const request = {
    owner: idempotencyOwner(actor),
    key,
    operationId: route.operationId,
    requestHash: createHash("sha256").update(`${url}\n${text}`).digest("base64url"),
  };
  const acquired = await acquireIdempotencyKey(request, new Date());
  if (acquired && "body" in acquired) {
    const headers = { "content-type": "application/json", ...REPLAYED_HEADERS };
    return { ...acquired, headers };
  }

  try {
    const response = await run();
    // The work is done, whether or not its response can be stored.
    if (route.runsOneAtATime) await acquired?.release().catch(warn);
    else if (response.body !== null)
      await acquired?.store({ status: response.status, body: response.body }).catch(warn);
    return response;
  } catch (error) {
    await acquired?.release().catch(warn); // otherwise the lock expires
    throw error;
  }
}

function warn(error: unknown): void {
  log().warn({ err: error }, "an idempotent response could not be stored");
}

/** A request with an idempotency key. */
export interface IdempotentRequest {
  /** `operator` or the customer's id. */
  owner: string;
  key: string;
  operationId: string;
  /** SHA-256 of the URL and the body. */
  requestHash: string;
}

export interface StoredResponse {
  status: number;
  body: string;
}

/** An acquired idempotency key. Its holder does the work. */
export interface AcquiredKey {
  /** Stores the response for repeated requests. */
  store(response: StoredResponse): Promise<void>;
  /** Releases the key without a response, so that the request can be repeated right away. */
  release(): Promise<void>;
}

const ACQUIRE: Statement = {
  name: "idempotency_acquire",
  text: `
    INSERT INTO stored_answer AS known
      (idempotency_owner, idempotency_key, operation_id, request_hash, claim_id, created_at)
    VALUES ($1, $2, $3, $4, $5, $6::timestamptz)
    ON CONFLICT (idempotency_owner, idempotency_key) DO UPDATE
      SET operation_id = $3, request_hash = $4, claim_id = $5, created_at = $6::timestamptz, status = NULL, body = NULL
      WHERE known.created_at < CASE WHEN known.status IS NULL THEN $7::timestamptz ELSE $8::timestamptz END
    RETURNING claim_id`,
};

const FIND: Statement = {
  name: "idempotency_find",
  text: `
    SELECT operation_id, request_hash, status::text AS status, body
    FROM stored_answer WHERE idempotency_owner = $1 AND idempotency_key = $2`,
};

const STORE: Statement = {
  name: "idempotency_store",
  text: `
    UPDATE stored_answer SET status = $4::int, body = $5
    WHERE idempotency_owner = $1 AND idempotency_key = $2 AND claim_id = $3`,
};

const RELEASE: Statement = {
  name: "idempotency_release",
  text: `
    DELETE FROM stored_answer
    WHERE idempotency_owner = $1 AND idempotency_key = $2 AND claim_id = $3 AND status IS NULL`,
};

const PRUNE: Statement = {
  name: "idempotency_prune",
  text: "DELETE FROM stored_answer WHERE created_at < $1::timestamptz",
};

/**
 * Acquires an idempotency key, or finds the response that is stored for it.
 *
 * This is only a cache: the key on the row of the effect prevents it from happening twice. So a body that is merely written
 * differently goes through to the handler, which knows what the request means.
 *
 * @returns an acquired key: do the work; a stored response: send it again; null: do the work and store nothing
 * @throws RequestInProgressError the first request with this key is still running
 * @throws IdempotencyConflictError the key was used for another operation
 */
export async function acquireIdempotencyKey(
  request: IdempotentRequest,
  now: Date,
): Promise<AcquiredKey | StoredResponse | null> {
  const { owner, key, operationId, requestHash } = request;
  const claimId = randomUUID();
  const before = (ageMs: number) => new Date(now.getTime() - ageMs).toISOString();
  const acquired = await onPool().run(ACQUIRE, [
    owner,
    key,
    operationId,
    requestHash,
    claimId,
    now.toISOString(),
    before(LOCK_LIFETIME_MS),
    before(RESPONSE_LIFETIME_MS),
  ]);
  if (acquired.length > 0) return acquiredKey(owner, key, claimId);

  const [known] = await onPool().run<{
    operation_id: string;
    request_hash: string;
    status: string | null;
    body: string | null;
  }>(FIND, [owner, key]);
  if (!known) throw new RequestInProgressError(); // released between the two statements
  if (known.operation_id !== operationId) throw new IdempotencyConflictError();
  if (known.status === null || known.body === null) throw new RequestInProgressError();
  return known.request_hash === requestHash ? { status: Number(known.status), body: known.body } : null;
}

function acquiredKey(owner: string, key: string, claimId: string): AcquiredKey {
  return {
    async store({ status, body }) {
      await onPool().run(STORE, [owner, key, claimId, String(status), body]);
    },
    async release() {
      await onPool().run(RELEASE, [owner, key, claimId]);
    },
  };
}

/** Deletes stored responses that are older than a day. */
export async function pruneStoredResponses(now: Date): Promise<void> {
  await onPool().run(PRUNE, [new Date(now.getTime() - RESPONSE_LIFETIME_MS).toISOString()]);
}

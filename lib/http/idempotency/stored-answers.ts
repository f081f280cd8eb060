import { randomUUID } from "node:crypto";
import { onPool, type Statement } from "@/lib/platform/db";
import { IdempotencyConflictError, RequestInProgressError } from "@/lib/platform/errors";

/** Answers are kept for so long; the key on the effect's own row is kept for ever. */
export const ANSWER_LIFETIME_MS = 24 * 60 * 60_000;

/** A request that has not ended after this was cut off by a crash, and its key may be claimed again. */
const CLAIM_LIFETIME_MS = 60_000;

/** What a request is known by. */
export interface NamedRequest {
  /** `operator` or the customer's id. */
  owner: string;
  key: string;
  operationId: string;
  /** SHA-256 of the address and the body as they came. */
  requestHash: string;
}

/** An answer as it was sent. */
export interface StoredAnswer {
  status: number;
  body: string;
}

/** A claim on a key: whoever holds it does the work. */
export interface Claim {
  /** Keeps a success for the next one who asks. */
  keep(answer: StoredAnswer): Promise<void>;
  /** Gives the key back: nothing was kept, so the request can be sent again at once. */
  giveBack(): Promise<void>;
}

const CLAIM: Statement = {
  name: "stored_answer_claim",
  text: `
    INSERT INTO stored_answer AS known
      (idempotency_owner, idempotency_key, operation_id, request_hash, claim_id, created_at)
    VALUES ($1, $2, $3, $4, $5, $6::timestamptz)
    ON CONFLICT (idempotency_owner, idempotency_key) DO UPDATE
      SET operation_id = $3, request_hash = $4, claim_id = $5, created_at = $6::timestamptz, status = NULL, body = NULL
      WHERE known.created_at < CASE WHEN known.status IS NULL THEN $7::timestamptz ELSE $8::timestamptz END
    RETURNING claim_id`,
};

const LOOK: Statement = {
  name: "stored_answer_look",
  text: `
    SELECT operation_id, request_hash, status::text AS status, body
    FROM stored_answer WHERE idempotency_owner = $1 AND idempotency_key = $2`,
};

const KEEP: Statement = {
  name: "stored_answer_keep",
  text: `
    UPDATE stored_answer SET status = $4::int, body = $5
    WHERE idempotency_owner = $1 AND idempotency_key = $2 AND claim_id = $3`,
};

const GIVE_BACK: Statement = {
  name: "stored_answer_give_back",
  text: `
    DELETE FROM stored_answer
    WHERE idempotency_owner = $1 AND idempotency_key = $2 AND claim_id = $3 AND status IS NULL`,
};

const PRUNE: Statement = {
  name: "stored_answer_prune",
  text: "DELETE FROM stored_answer WHERE created_at < $1::timestamptz",
};

/**
 * Claims a key, or finds the answer that was given under it.
 *
 * This is only a cache. What the request did is kept from happening twice by the key on its own row; so a body that was
 * merely written differently goes through to the handler, which knows what the request means.
 *
 * @returns a claim: do the work; an answer: send it again; null: do the work, and keep nothing
 * @throws RequestInProgressError the first request with this key is still running
 * @throws IdempotencyConflictError the key was used at another address
 */
export async function claimOrRecall(request: NamedRequest, now: Date): Promise<Claim | StoredAnswer | null> {
  const { owner, key, operationId, requestHash } = request;
  const claimId = randomUUID();
  const before = (age: number) => new Date(now.getTime() - age).toISOString();
  const claimed = await onPool().run(CLAIM, [
    owner,
    key,
    operationId,
    requestHash,
    claimId,
    now.toISOString(),
    before(CLAIM_LIFETIME_MS),
    before(ANSWER_LIFETIME_MS),
  ]);
  if (claimed.length > 0) return claimOf(owner, key, claimId);

  const [known] = await onPool().run<{
    operation_id: string;
    request_hash: string;
    status: string | null;
    body: string | null;
  }>(LOOK, [owner, key]);
  if (!known) throw new RequestInProgressError(); // given back between the two statements: the next try gets it
  if (known.operation_id !== operationId) throw new IdempotencyConflictError();
  if (known.status === null || known.body === null) throw new RequestInProgressError();
  return known.request_hash === requestHash ? { status: Number(known.status), body: known.body } : null;
}

function claimOf(owner: string, key: string, claimId: string): Claim {
  return {
    async keep({ status, body }) {
      await onPool().run(KEEP, [owner, key, claimId, String(status), body]);
    },
    async giveBack() {
      await onPool().run(GIVE_BACK, [owner, key, claimId]);
    },
  };
}

/** Forgets answers that are older than a day. */
export async function pruneStoredAnswers(now: Date): Promise<void> {
  await onPool().run(PRUNE, [new Date(now.getTime() - ANSWER_LIFETIME_MS).toISOString()]);
}

import { createHash } from "node:crypto";
import type { Queryable, Row } from "../store/database";
import type { Form, FormValue } from "./form-body";
import { StripeError } from "./stripe-error";

/** Stripe promises at least 24 hours. */
const KEY_LIFETIME_SECONDS = 25 * 3600;

interface IdempotentRequest {
  key: string;
  path: string;
  form: Form;
  requestId: string;
  bootId: string;
  now: number;
}

interface StoredResponse {
  status: number;
  body: string;
  originalRequestId: string;
}

interface KeyRow extends Row {
  fingerprint: string;
  path: string;
  request_id: string;
  status: number | null;
  body: string | null;
}

/**
 * Acquires the key for this request, or returns the stored response of an earlier request with it.
 *
 * Commits before any work starts, so a second request sees the key at once. A key without a response whose process
 * is gone is taken over: work and response commit together, so nothing was done for it.
 *
 * @throws StripeError 400 `idempotency_error` for other parameters or another path, 409 while the first request runs
 */
export async function acquireIdempotencyKey(
  db: Queryable,
  request: IdempotentRequest,
): Promise<StoredResponse | undefined> {
  assertKeyLength(request.key);
  const fingerprint = fingerprintOf(request);
  const claimed = await db.query(
    `INSERT INTO idempotency_key (key, fingerprint, path, created, boot_id, request_id)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, path = excluded.path,
       created = excluded.created, boot_id = excluded.boot_id, request_id = excluded.request_id,
       status = NULL, body = NULL
     WHERE idempotency_key.created < $4 - $7
        OR (idempotency_key.status IS NULL AND idempotency_key.boot_id <> $5 AND idempotency_key.fingerprint = $2)
     RETURNING key`,
    [
      request.key,
      fingerprint,
      request.path,
      request.now,
      request.bootId,
      request.requestId,
      KEY_LIFETIME_SECONDS,
    ],
  );
  if (claimed.length > 0) return undefined;
  const [row] = await db.query<KeyRow>(
    "SELECT fingerprint, path, request_id, status, body FROM idempotency_key WHERE key = $1",
    [request.key],
  );
  if (!row) return acquireIdempotencyKey(db, request); // released in between: its request failed validation
  if (row.fingerprint !== fingerprint) throw keyReused(request, row);
  if (row.status === null || row.body === null) throw keyInUse(request.key);
  return { status: row.status, body: row.body, originalRequestId: row.request_id };
}

/** Stores the response, in the transaction of the work if there is one. */
export async function storeResponse(
  db: Queryable,
  key: string,
  answer: { status: number; body: string },
): Promise<void> {
  await db.query("UPDATE idempotency_key SET status = $2, body = $3 WHERE key = $1", [
    key,
    answer.status,
    answer.body,
  ]);
}

/** Releases a key whose request failed before its work began, so that it can be corrected and sent again. */
export async function releaseIdempotencyKey(db: Queryable, key: string): Promise<void> {
  await db.query("DELETE FROM idempotency_key WHERE key = $1 AND status IS NULL", [key]);
}

export async function deleteExpiredKeys(db: Queryable, now: number): Promise<void> {
  await db.query("DELETE FROM idempotency_key WHERE created < $1", [now - KEY_LIFETIME_SECONDS]);
}

function assertKeyLength(key: string): void {
  if (key.length <= 255) return;
  throw new StripeError(400, {
    type: "invalid_request_error",
    message: "Idempotency keys may be at most 255 characters long.",
  });
}

function keyReused(request: IdempotentRequest, row: KeyRow): StripeError {
  const difference =
    row.path === request.path
      ? "Keys for idempotent requests can only be used with the same parameters they were first used with."
      : `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${request.path}' vs '${row.path}').`;
  return new StripeError(400, {
    type: "idempotency_error",
    message: `${difference} Try using a key other than '${request.key}' if you meant to execute a different request.`,
  });
}

function keyInUse(key: string): StripeError {
  return new StripeError(409, {
    type: "idempotency_error",
    code: "idempotency_key_in_use",
    message: `There is currently another in-progress request using this Stripe-Idempotency-Key (that probably means you submitted twice, and the other request is still going through): ${key}. You can retry the request later.`,
  });
}

function fingerprintOf(request: IdempotentRequest): string {
  return createHash("sha256").update(request.path).update("\n").update(canonical(request.form)).digest("hex");
}

/** Serializes parameters independently of their order. */
function canonical(value: FormValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? "")).join(",")}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? "")}`).join(",")}}`;
}

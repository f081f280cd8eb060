import { isDatabaseUnavailable, isRetryable } from "@/lib/platform/db";
import { AppError, DatabaseBusyError, type ErrorKind, isAppError } from "@/lib/platform/errors";
import { log } from "@/lib/platform/log";
import { limitHeaders, type RateLimitedError } from "../limits/rate-limits";
import { type Answer, jsonAnswer } from "./answer";

/** The body was larger than the edge takes. */
export class PayloadTooLargeError extends AppError {
  readonly kind = "payload_too_large";
}

/** The body is in a form that this route does not read. */
export class UnsupportedMediaTypeError extends AppError {
  readonly kind = "unsupported_media_type";
}

/** Each kind of failure has one status and one public code. Changing either breaks clients. */
export const STATUS = {
  invalid_request: { status: 400, code: "INVALID_REQUEST" },
  unauthorized: { status: 401, code: "UNAUTHORIZED" },
  payment_required: { status: 402, code: "PAYMENT_REQUIRED" },
  forbidden: { status: 403, code: "FORBIDDEN" },
  not_found: { status: 404, code: "NOT_FOUND" },
  conflict: { status: 409, code: "CONFLICT" },
  idempotency_conflict: { status: 409, code: "IDEMPOTENCY_CONFLICT" },
  payload_too_large: { status: 413, code: "PAYLOAD_TOO_LARGE" },
  unsupported_media_type: { status: 415, code: "UNSUPPORTED_MEDIA_TYPE" },
  rate_limited: { status: 429, code: "RATE_LIMITED" },
  service_unavailable: { status: 503, code: "SERVICE_UNAVAILABLE" },
} as const satisfies Record<ErrorKind, { status: number; code: string }>;

/** A bug of ours. */
export const INTERNAL = { status: 500, code: "INTERNAL_ERROR" } as const;

type Known = { status: number; code: PublicCode };
export type PublicCode = (typeof STATUS)[ErrorKind]["code"] | (typeof INTERNAL)["code"];

/** Every code that an answer can have. */
export const PUBLIC_CODES = [INTERNAL, ...Object.values(STATUS)].map((known) => known.code) as [
  PublicCode,
  ...PublicCode[],
];

/** The answer for anything that was thrown. What was not expected is logged and hidden behind its request id. */
export function errorAnswer(error: unknown, requestId: string): Answer {
  if (isAppError(error)) {
    const known: Known = STATUS[error.kind] ?? INTERNAL;
    if (known.status >= 500) log().warn({ requestId, err: error }, "not available");
    const answer = refusal(known, requestId, error.message, error.details);
    return { ...answer, headers: headersOf(error) };
  }
  if (isRetryable(error)) return errorAnswer(new DatabaseBusyError({ cause: error }), requestId);
  if (isDatabaseUnavailable(error)) {
    log().error({ requestId, err: error }, "the database does not answer");
    const message = "The service is busy or restarting. Please try again.";
    const details = { reason: "database_unavailable" };
    const answer = refusal(STATUS.service_unavailable, requestId, message, details);
    return { ...answer, headers: { "retry-after": "1" } };
  }
  log().error({ requestId, err: error }, "unexpected error");
  return refusal(INTERNAL, requestId, "Something went wrong on our side. Please tell us the request id.");
}

/** When to come back, and how a limit stands. */
function headersOf(error: AppError): Record<string, string> {
  return {
    ...(error.retryAfterSeconds !== null && { "retry-after": String(error.retryAfterSeconds) }),
    ...(error.kind === "rate_limited" && limitHeaders((error as RateLimitedError).state)),
  };
}

function refusal(
  known: Known,
  requestId: string,
  message: string,
  details?: Record<string, unknown>,
): Answer {
  return jsonAnswer(known.status, { ...errorBody(known, message, details), request_id: requestId });
}

/** A failure as one item of a batch tells it: the same body, but for the request's id. What was not expected is hidden. */
export function describeError(error: Error) {
  if (!isAppError(error)) {
    return errorBody(INTERNAL, "Something went wrong on our side. Send this item again with the same key.");
  }
  const known: Known = STATUS[error.kind] ?? INTERNAL;
  return errorBody(known, error.message, error.details);
}

function errorBody(known: Known, message: string, details?: Record<string, unknown>) {
  return { error: known.code, message, statusCode: known.status, ...(details ? { details } : {}) };
}

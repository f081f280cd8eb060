import { isDatabaseUnavailable, isRetryable } from "@/lib/platform/db";
import { AppError, DatabaseBusyError, type ErrorKind, isAppError } from "@/lib/platform/errors";
import { log } from "@/lib/platform/log";
import { limitHeaders, type RateLimitedError } from "../limits/rate-limits";
import { type ApiResponse, jsonResponse } from "./response";

export class PayloadTooLargeError extends AppError {
  readonly kind = "payload_too_large";
}

export class UnsupportedMediaTypeError extends AppError {
  readonly kind = "unsupported_media_type";
}

/** Each kind of error has one status and one public code. Changing either breaks clients. */
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

/** An unexpected error: a bug. */
export const INTERNAL = { status: 500, code: "INTERNAL_ERROR" } as const;

type PublicError = { status: number; code: PublicCode };
export type PublicCode = (typeof STATUS)[ErrorKind]["code"] | (typeof INTERNAL)["code"];

export const PUBLIC_CODES = [INTERNAL, ...Object.values(STATUS)].map(({ code }) => code) as [
  PublicCode,
  ...PublicCode[],
];

/** Returns the response for anything that was thrown. Unexpected errors are logged; their message is not sent. */
export function errorResponse(error: unknown, requestId: string): ApiResponse {
  if (isAppError(error)) {
    const known = publicErrorOf(error);
    if (known.status >= 500) log().warn({ requestId, err: error }, "service unavailable");
    const body = { ...errorBody(known, error.message, error.details), request_id: requestId };
    return jsonResponse(known.status, body, errorHeaders(error));
  }
  if (isRetryable(error)) return errorResponse(new DatabaseBusyError({ cause: error }), requestId);
  if (isDatabaseUnavailable(error)) {
    log().error({ requestId, err: error }, "the database is unavailable");
    const known = STATUS.service_unavailable;
    const message = "The service is temporarily unavailable. Please try again.";
    const body = { ...errorBody(known, message, { reason: "database_unavailable" }), request_id: requestId };
    return jsonResponse(known.status, body, { "retry-after": "1" });
  }
  log().error({ requestId, err: error }, "unexpected error");
  const message = "Something went wrong on our side. Please contact support with the request id.";
  return jsonResponse(INTERNAL.status, { ...errorBody(INTERNAL, message), request_id: requestId });
}

function publicErrorOf(error: AppError): PublicError {
  return STATUS[error.kind] ?? INTERNAL;
}

function errorHeaders(error: AppError): Record<string, string> {
  return {
    ...(error.retryAfterSeconds !== null && { "retry-after": String(error.retryAfterSeconds) }),
    ...(error.kind === "rate_limited" && limitHeaders((error as RateLimitedError).state)),
  };
}

/** Describes an error as an item of a batch: the same body, without the request id. */
export function describeError(error: Error) {
  if (!isAppError(error)) {
    return errorBody(INTERNAL, "Something went wrong on our side. Send this item again with the same key.");
  }
  return errorBody(publicErrorOf(error), error.message, error.details);
}

function errorBody(known: PublicError, message: string, details?: Record<string, unknown>) {
  return { error: known.code, message, statusCode: known.status, ...(details ? { details } : {}) };
}

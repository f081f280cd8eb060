import { isDatabaseUnavailable } from "@/lib/platform/db";
import { AppError, type ErrorKind, isAppError } from "@/lib/platform/errors";
import { log } from "@/lib/platform/log";

/** The body was larger than the edge takes. */
export class PayloadTooLargeError extends AppError {
  readonly kind = "payload_too_large";
}

/** The body is in a form that this route does not read. */
export class UnsupportedMediaTypeError extends AppError {
  readonly kind = "unsupported_media_type";
}

/** Each kind of failure has one status and one public code. Changing either breaks clients. */
const STATUS: Record<ErrorKind, { status: number; code: string }> = {
  invalid_request: { status: 400, code: "INVALID_REQUEST" },
  unauthorized: { status: 401, code: "UNAUTHORIZED" },
  payment_required: { status: 402, code: "PAYMENT_REQUIRED" },
  forbidden: { status: 403, code: "FORBIDDEN" },
  not_found: { status: 404, code: "NOT_FOUND" },
  conflict: { status: 409, code: "CONFLICT" },
  idempotency_conflict: { status: 409, code: "IDEMPOTENCY_CONFLICT" },
  payload_too_large: { status: 413, code: "PAYLOAD_TOO_LARGE" },
  unsupported_media_type: { status: 415, code: "UNSUPPORTED_MEDIA_TYPE" },
  service_unavailable: { status: 503, code: "SERVICE_UNAVAILABLE" },
};

const INTERNAL = { status: 500, code: "INTERNAL_ERROR" };

/** The answer for anything that was thrown. What was not expected is logged and hidden behind its request id. */
export function errorResponse(error: unknown, requestId: string): Response {
  if (isAppError(error)) {
    const known = STATUS[error.kind] ?? INTERNAL;
    if (known.status >= 500) log().warn({ requestId, err: error }, "not available");
    return respond(known, requestId, error.message, error.details);
  }
  if (isDatabaseUnavailable(error)) {
    log().error({ requestId, err: error }, "the database does not answer");
    return respond(
      STATUS.service_unavailable,
      requestId,
      "The service is busy or restarting. Please try again.",
    );
  }
  log().error({ requestId, err: error }, "unexpected error");
  return respond(INTERNAL, requestId, "Something went wrong on our side. Please tell us the request id.");
}

function respond(
  known: { status: number; code: string },
  requestId: string,
  message: string,
  details?: Record<string, unknown>,
): Response {
  const body = { ...errorBody(known, message, details), request_id: requestId };
  return Response.json(body, {
    status: known.status,
    headers: known.status === 503 ? { "retry-after": "1" } : {},
  });
}

/** An expected failure as one item of a batch tells it: the same body, but for the request's id. */
export function describeError(error: AppError) {
  return errorBody(STATUS[error.kind], error.message, error.details);
}

function errorBody(
  known: { status: number; code: string },
  message: string,
  details?: Record<string, unknown>,
) {
  return { error: known.code, message, statusCode: known.status, ...(details ? { details } : {}) };
}

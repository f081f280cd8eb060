// Written by `npm run generate:client` from the OpenAPI document. Changes here are lost.

/** A machine-readable code. Codes never change their meaning. */
export type ErrorCode = "INTERNAL_ERROR" | "INVALID_REQUEST" | "UNAUTHORIZED" | "PAYMENT_REQUIRED" | "FORBIDDEN" | "NOT_FOUND" | "CONFLICT" | "IDEMPOTENCY_CONFLICT" | "PAYLOAD_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "RATE_LIMITED" | "SERVICE_UNAVAILABLE";

/** What went wrong, in the words of the caller; `lib/http` turns each into one HTTP status. */
export type ErrorKind =
  | "invalid_request"
  | "unauthorized"
  | "payment_required"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "idempotency_conflict"
  | "payload_too_large"
  | "unsupported_media_type"
  | "rate_limited"
  | "service_unavailable";

/**
 * A failure that is expected. `message` and `details` may be shown to the caller; everything private goes to `cause`.
 *
 * It is recognised by `kind` and never by `instanceof`: the module exists once in Node and once in Next's bundle.
 */
export abstract class AppError extends Error {
  abstract readonly kind: ErrorKind;

  /** After how many seconds the same request may be sent again; null when nothing speaks for a moment. */
  get retryAfterSeconds(): number | null {
    return null;
  }

  /** Public fields for the answer's `details`. */
  get details(): Record<string, unknown> | undefined {
    return undefined;
  }
}

/** One thing that is wrong with a request: where, and what. */
export interface Issue {
  /** The field's path, as in `amount_usd` or `charges.3.amount_usd`; empty for the body as a whole. */
  path: string;
  message: string;
}

/** The request cannot be understood or is outside its limits; names each field. */
export class InvalidRequestError extends AppError {
  readonly kind = "invalid_request";

  constructor(readonly issues: readonly Issue[]) {
    super(issues.map((issue) => (issue.path ? `${issue.path}: ${issue.message}` : issue.message)).join(" "));
  }

  override get details() {
    return { issues: this.issues };
  }
}

/** Shorthand for the commonest case: one field is wrong. */
export function invalidField(path: string, message: string): InvalidRequestError {
  return new InvalidRequestError([{ path, message }]);
}

/** No such thing, or it belongs to somebody else: the two look the same from outside. */
export class NotFoundError extends AppError {
  readonly kind = "not_found";

  constructor(what: string) {
    super(`There is no such ${what}.`);
  }
}

/** The same idempotency key came with another request. */
export class IdempotencyConflictError extends AppError {
  readonly kind = "idempotency_conflict";

  constructor() {
    super("This idempotency key was used for another request. Use a new key for a new request.");
  }
}

/** The request is fine, but the thing is in a state that does not allow it. */
export class ConflictError extends AppError {
  readonly kind = "conflict";
}

/** The first request with this idempotency key is still being worked on. */
export class RequestInProgressError extends AppError {
  readonly kind = "conflict";

  constructor() {
    super("A request with this idempotency key is still running. Send it again in a moment for its answer.");
  }

  override get retryAfterSeconds() {
    return 1;
  }

  override get details() {
    return { reason: "request_in_progress" };
  }
}

/** Why a request cannot be served now, for programs. */
export const UNAVAILABLE_REASONS = [
  "busy",
  "database_unavailable",
  "stripe_setup",
  "stripe_unavailable",
] as const;
export type UnavailableReason = (typeof UNAVAILABLE_REASONS)[number];

/** Something that we need does not answer; the same request may succeed later. */
export class ServiceUnavailableError extends AppError {
  readonly kind = "service_unavailable";
  readonly reason: UnavailableReason | undefined;

  constructor(message: string, options: { cause?: unknown; reason?: UnavailableReason } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.reason = options.reason;
  }

  override get details(): Record<string, unknown> | undefined {
    return this.reason && { reason: this.reason };
  }

  override get retryAfterSeconds() {
    return 1;
  }
}

/** The database undid the request again and again because of others. Nothing was written. */
export class DatabaseBusyError extends ServiceUnavailableError {
  constructor(options?: ErrorOptions) {
    super("The service is busy. Please try again.", { ...options, reason: "busy" });
  }
}

/** Tells an expected failure from a bug, across bundles. */
export function isAppError(error: unknown): error is AppError {
  return error instanceof Error && typeof (error as { kind?: unknown }).kind === "string";
}

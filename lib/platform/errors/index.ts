/** What went wrong. `lib/http` maps each kind to one HTTP status. */
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
 * An expected failure. `message` and `details` are public; anything private goes to `cause`.
 *
 * Check `kind` instead of `instanceof`, because the module exists once in Node and once in Next's bundle.
 */
export abstract class AppError extends Error {
  abstract readonly kind: ErrorKind;

  /** After how many seconds a retry may succeed. Null when a retry does not help. */
  get retryAfterSeconds(): number | null {
    return null;
  }

  /** The `details` of the error response. */
  get details(): Record<string, unknown> | undefined {
    return undefined;
  }
}

/** One problem of a request. */
export interface Issue {
  /** The field's path, as in `amount_usd` or `charges.3.amount_usd`; empty for the body as a whole. */
  path: string;
  message: string;
}

/** The request is malformed or exceeds a limit. Names each field. */
export class InvalidRequestError extends AppError {
  readonly kind = "invalid_request";

  constructor(readonly issues: readonly Issue[]) {
    super(issues.map((issue) => (issue.path ? `${issue.path}: ${issue.message}` : issue.message)).join(" "));
  }

  override get details() {
    return { issues: this.issues };
  }
}

/** Returns the error for one invalid field. */
export function invalidField(path: string, message: string): InvalidRequestError {
  return new InvalidRequestError([{ path, message }]);
}

/** The object does not exist or belongs to another customer. Callers cannot tell which. */
export class NotFoundError extends AppError {
  readonly kind = "not_found";

  constructor(what: string) {
    super(`There is no such ${what}.`);
  }
}

/** The idempotency key was used for another request. */
export class IdempotencyConflictError extends AppError {
  readonly kind = "idempotency_conflict";

  constructor() {
    super("This idempotency key was used for another request. Use a new key for a new request.");
  }
}

/** The state of the object does not allow the request. */
export class ConflictError extends AppError {
  readonly kind = "conflict";
}

/** The first request with this idempotency key is still running. */
export class RequestInProgressError extends AppError {
  readonly kind = "conflict";

  constructor() {
    super("A request with this idempotency key is still running. Retry in a moment to get its response.");
  }

  override get retryAfterSeconds() {
    return 1;
  }

  override get details() {
    return { reason: "request_in_progress" };
  }
}

export const UNAVAILABLE_REASONS = [
  "busy",
  "database_unavailable",
  "stripe_setup",
  "stripe_unavailable",
] as const;
export type UnavailableReason = (typeof UNAVAILABLE_REASONS)[number];

/** A service that we need is unavailable. The same request may succeed later. */
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

/** The database kept rolling the request back because of conflicts with others. Nothing was written. */
export class DatabaseBusyError extends ServiceUnavailableError {
  constructor(options?: ErrorOptions) {
    super("The service is busy. Please try again.", { ...options, reason: "busy" });
  }
}

/** Whether an error is expected and not a bug. Works across bundles. */
export function isAppError(error: unknown): error is AppError {
  return error instanceof Error && typeof (error as { kind?: unknown }).kind === "string";
}

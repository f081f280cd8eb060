import type { ErrorCode } from "./generated/error-code";

/** A validation error of one field. */
export interface Issue {
  path: string;
  message: string;
}

/**
 * An error code of the API, such as `NOT_FOUND`; `NO_ANSWER` if there was no response; `NOT_UNDERSTOOD` if the response was not
 * from Brim. A newer Brim may send codes this client does not know, so any string is possible and a `switch` needs a default.
 */
export type FailureCode = ErrorCode | "NO_ANSWER" | "NOT_UNDERSTOOD" | (string & {});

/** The fields of a `BrimError`. */
export interface Failure {
  message: string;
  code: FailureCode;
  /** Null if there was no response. */
  status: number | null;
  requestId: string | null;
  details: Record<string, unknown>;
  /** When the request may be sent again. Null if the response did not say. */
  retryAfterSeconds: number | null;
  cause?: unknown;
}

/** Marks an error with the names of its classes. The symbol is the same in every copy of this code. */
const KINDS = Symbol.for("brim.client.error");

/** Makes `instanceof` work across copies of this code, such as two bundles. */
function recognizes(kind: string) {
  return (value: unknown): boolean =>
    typeof value === "object" &&
    value !== null &&
    ((value as { [KINDS]?: readonly string[] })[KINDS] ?? []).includes(kind);
}

/**
 * A failed call. The message is safe to show and contains no secrets.
 *
 * Each subclass declares its code as a literal type. Otherwise the classes would be structurally identical, and narrowing
 * with `instanceof` would leave `never`.
 */
export class BrimError extends Error {
  static override [Symbol.hasInstance] = recognizes("BrimError");

  readonly code: FailureCode;
  readonly status: number | null;
  /** Identifies the request in the operator's log. */
  readonly requestId: string | null;
  readonly details: Record<string, unknown>;
  readonly retryAfterSeconds: number | null;

  constructor(failure: Failure, kind = "BrimError") {
    super(failure.message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.name = kind;
    this.code = failure.code;
    this.status = failure.status;
    this.requestId = failure.requestId;
    this.details = failure.details;
    this.retryAfterSeconds = failure.retryAfterSeconds;
    Object.defineProperty(this, KINDS, { value: ["BrimError", kind] });
  }
}

/** The balance is too low. Nothing was charged, and the same idempotency key can be used again after a top-up. */
export class PaymentRequiredError extends BrimError {
  static override [Symbol.hasInstance] = recognizes("PaymentRequiredError");

  declare readonly code: "PAYMENT_REQUIRED";

  constructor(failure: Failure) {
    super(failure, "PaymentRequiredError");
  }

  /** US dollars, as a decimal string. */
  get availableUsd(): string {
    return String(this.details.available_usd);
  }

  get requiredUsd(): string {
    return String(this.details.required_usd);
  }

  /** The page where the customer can top up. */
  get topupUrl(): string {
    return String(this.details.topup_url);
  }
}

/** The rate limit was exceeded. `retryAfterSeconds` says when to retry. */
export class RateLimitedError extends BrimError {
  static override [Symbol.hasInstance] = recognizes("RateLimitedError");

  declare readonly code: "RATE_LIMITED";

  constructor(failure: Failure) {
    super(failure, "RateLimitedError");
  }
}

/** The request is invalid. `issues` names each invalid field. */
export class InvalidRequestError extends BrimError {
  static override [Symbol.hasInstance] = recognizes("InvalidRequestError");

  declare readonly code: "INVALID_REQUEST";

  constructor(failure: Failure) {
    super(failure, "InvalidRequestError");
  }

  get issues(): readonly Issue[] {
    return (this.details.issues ?? []) as Issue[];
  }
}

/** There was no response, or not in time. The request may have been processed. */
export class NoAnswerError extends BrimError {
  static override [Symbol.hasInstance] = recognizes("NoAnswerError");

  declare readonly code: "NO_ANSWER";
  declare readonly status: null;

  constructor(message: string, cause: unknown) {
    super(
      {
        message,
        code: "NO_ANSWER",
        status: null,
        requestId: null,
        details: {},
        retryAfterSeconds: null,
        cause,
      },
      "NoAnswerError",
    );
  }
}

/** Creates the error for an unsuccessful response. */
export function errorOf(response: Response, text: string): BrimError {
  const failure = readFailure(response, text);
  switch (failure.code) {
    case "PAYMENT_REQUIRED":
      return new PaymentRequiredError(failure);
    case "RATE_LIMITED":
      return new RateLimitedError(failure);
    case "INVALID_REQUEST":
      return new InvalidRequestError(failure);
    default:
      return new BrimError(failure);
  }
}

function readFailure({ status, headers }: Response, text: string): Failure {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  const common = {
    status,
    requestId: headers.get("x-request-id"),
    retryAfterSeconds: Number.isFinite(seconds) ? Math.max(0, seconds) : null,
  };
  const body = parseObject(text);
  if (typeof body?.error !== "string" || typeof body.message !== "string") {
    // Most likely from a proxy.
    const message = `Unexpected response with status ${status}. It is not from Brim.`;
    return { ...common, code: "NOT_UNDERSTOOD", message, details: {} };
  }
  const details = (body.details ?? {}) as Record<string, unknown>;
  return { ...common, code: body.error, message: body.message, details };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

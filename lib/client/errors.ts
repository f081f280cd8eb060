import type { ErrorCode } from "./generated/error-code";

/** A thing that is wrong with a request: which field, and how. */
export interface Issue {
  path: string;
  message: string;
}

/**
 * A code of the API's, such as `NOT_FOUND`; `NO_ANSWER` when there was no answer, `NOT_UNDERSTOOD` when it was none of Brim's.
 * A newer Brim may send codes that this client does not know: so any other text is possible too, and a `switch` needs a default.
 */
export type FailureCode = ErrorCode | "NO_ANSWER" | "NOT_UNDERSTOOD" | (string & {});

/** What is known of a failure. */
export interface Failure {
  message: string;
  code: FailureCode;
  /** Null when there was no answer. */
  status: number | null;
  requestId: string | null;
  details: Record<string, unknown>;
  /** When the same request may be sent again; null where nothing was said. */
  retryAfterSeconds: number | null;
  cause?: unknown;
}

/** The names of a failure's classes; the symbol is the same in every copy of this code. */
const KINDS = Symbol.for("brim.client.error");

/** Makes `instanceof` work also where this code exists twice, as in two bundles. */
function recognizes(kind: string) {
  return (value: unknown): boolean =>
    typeof value === "object" &&
    value !== null &&
    ((value as { [KINDS]?: readonly string[] })[KINDS] ?? []).includes(kind);
}

/**
 * A call that did not succeed. The message can be shown, and holds no secret.
 *
 * The classes below name their code, also to the compiler: two classes with the same members would be one to it, and what
 * is left after an `instanceof` would be nothing.
 */
export class BrimError extends Error {
  static override [Symbol.hasInstance] = recognizes("BrimError");

  readonly code: FailureCode;
  readonly status: number | null;
  /** Finds the request in the log of the operator. */
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

/** Less is available than is needed; nothing was taken, and the same key can be used again after a top-up. */
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

/** Too many requests in a minute; `retryAfterSeconds` says when it is over. */
export class RateLimitedError extends BrimError {
  static override [Symbol.hasInstance] = recognizes("RateLimitedError");

  declare readonly code: "RATE_LIMITED";

  constructor(failure: Failure) {
    super(failure, "RateLimitedError");
  }
}

/** The request cannot be understood; `issues` names each field. */
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

/** No answer came, or not in time: nobody knows whether the request was carried out. */
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

/** The error that an answer tells of. */
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
  const known = {
    status,
    requestId: headers.get("x-request-id"),
    retryAfterSeconds: Number.isFinite(seconds) ? Math.max(0, seconds) : null,
  };
  const body = parseObject(text);
  if (typeof body?.error !== "string" || typeof body.message !== "string") {
    // A proxy's page, most likely.
    return { ...known, code: "NOT_UNDERSTOOD", message: `The server answered with ${status}.`, details: {} };
  }
  const details = (body.details ?? {}) as Record<string, unknown>;
  return { ...known, code: body.error, message: body.message, details };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

import type { ErrorKind } from "@/lib/platform/errors";
import { INTERNAL, STATUS } from "../pipeline/errors";
import type { Route } from "../route";
import { ERROR_DETAILS, errorResponse } from "../schemas/error-response";
import { exampleId } from "../schemas/response-fields";
import { exampleOf } from "./example";
import { headerRef, RATE_LIMIT_HEADERS, REQUEST_ID_HEADER, SHARED_HEADERS } from "./headers";
import type { SchemaCollection } from "./schemas";
import type { Json, Reference, ResponsePart } from "./types";

/** An expected kind of error, or a bug. */
type Failure = ErrorKind | "internal_error";

/** The description of each error, and an example of its message. */
const TEXTS: Record<Failure, { description: string; message: string }> = {
  invalid_request: {
    description: "The request is invalid. `details.issues` names each invalid field.",
    message: "amount_usd: The amount is required.",
  },
  unauthorized: {
    description: "Missing or invalid API key or session.",
    message: "Missing or invalid API key. Send it as `Authorization: Bearer brim_sk_…`.",
  },
  payment_required: {
    description:
      "The available balance is too low. Nothing was charged, and the same idempotency key can be used again after a top-up.",
    message: "The balance is too low for this amount.",
  },
  forbidden: {
    description: "The caller may not do this: a scope is missing, or `details.reason` says why.",
    message: "This needs the scope usage:write.",
  },
  not_found: {
    description: "The object does not exist or belongs to another customer.",
    message: "There is no such hold.",
  },
  conflict: {
    description: "The object's state does not allow this.",
    message: "This hold was released.",
  },
  idempotency_conflict: {
    description: "The idempotency key was used for a different request.",
    message: "This idempotency key was used for another request. Use a new key for a new request.",
  },
  payload_too_large: { description: "The body is too large.", message: "The body is larger than 64 KiB." },
  unsupported_media_type: {
    description: "The body is not JSON in UTF-8, or it is compressed.",
    message: "Send the body as application/json.",
  },
  rate_limited: {
    description: "The rate limit is exceeded. Wait for the number of seconds in `retry-after`.",
    message: "Rate limit of 600 requests per minute exceeded. Try again in 12 seconds.",
  },
  service_unavailable: {
    description: "The service is temporarily unavailable. Try again later with the same idempotency key.",
    message: "The service is temporarily unavailable. Please try again.",
  },
  internal_error: {
    description: "An unexpected error. Contact support with the `request_id`.",
    message: "Something went wrong on our side. Please contact support with the request id.",
  },
};

/** Returns the error responses of a route by status, and adds them to the shared responses of the document. */
export function errorResponsesOf(
  route: Route,
  { schemas, responses }: { schemas: SchemaCollection; responses: Record<string, ResponsePart> },
): Record<string, Reference> {
  return Object.fromEntries(
    [...failuresOf(route)].map(([status, failures]) => {
      const name = nameOf(failures);
      responses[name] ??= describeFailures(failures, schemas);
      return [String(status), { $ref: `#/components/responses/${name}` }];
    }),
  );
}

/** Returns the errors of a route by status: those of the pipeline and those of the operation itself. */
function failuresOf(route: Route): Map<number, Failure[]> {
  const { access } = route;
  const isAuthenticated = access.kind !== "public" && access.kind !== "stripe";
  const failures = new Set<Failure>([
    "invalid_request", // at least for an unknown parameter
    ...(isAuthenticated
      ? (["unauthorized", "forbidden", "rate_limited", "service_unavailable"] as const)
      : []),
    ...(route.params ? (["not_found"] as const) : []),
    ...(route.body ? (["payload_too_large", "unsupported_media_type"] as const) : []),
    ...(route.takesIdempotencyKey ? (["idempotency_conflict"] as const) : []),
    ...(route.storesResponse || route.runsOneAtATime ? (["conflict"] as const) : []), // the first request is still running
    ...(route.errors ?? []),
    "internal_error",
  ]);
  const byStatus = new Map<number, Failure[]>();
  // In a fixed order, so that the same errors always have the same name.
  for (const failure of [...(Object.keys(STATUS) as ErrorKind[]), "internal_error" as const]) {
    if (!failures.has(failure)) continue;
    const { status } = statusOf(failure);
    byStatus.set(status, [...(byStatus.get(status) ?? []), failure]);
  }
  return byStatus;
}

function statusOf(failure: Failure) {
  return failure === "internal_error" ? INTERNAL : STATUS[failure];
}

/** The name of a shared response, such as `ConflictOrIdempotencyConflict`. */
function nameOf(failures: readonly Failure[]): string {
  return failures
    .map((failure) => failure.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase()))
    .join("Or");
}

function describeFailures(failures: readonly Failure[], schemas: SchemaCollection): ResponsePart {
  const codes = failures.map((failure) => statusOf(failure).code);
  const details = codes
    .flatMap((code) => ERROR_DETAILS[code] ?? [])
    .map((schema) => schemas.write(schema, "output"));
  const narrowed = {
    type: "object",
    properties: {
      error: codes.length === 1 ? { const: codes[0] } : { enum: codes },
      statusCode: { const: statusOf(failures[0] ?? "internal_error").status },
      ...(details.length > 0 && { details: details.length === 1 ? details[0] : { anyOf: details } }),
    },
  };
  return {
    description: failures.map((failure) => TEXTS[failure].description).join(" Or: "),
    headers: headersOf(failures),
    content: {
      "application/json": {
        schema: { allOf: [schemas.write(errorResponse, "output"), narrowed] },
        examples: Object.fromEntries(
          failures.map((failure) => [nameOf([failure]), { value: exampleOfFailure(failure, schemas) }]),
        ),
      },
    },
  };
}

function headersOf(failures: readonly Failure[]): Json {
  const isLimited = failures.includes("rate_limited");
  const isTemporary = isLimited || failures.includes("service_unavailable");
  const endsWithTopUp = failures.includes("payment_required");
  const mayBeRunning = failures.includes("conflict");
  return {
    ...REQUEST_ID_HEADER,
    ...(endsWithTopUp && { "cache-control": headerRef("NoStore") }),
    ...(isLimited && RATE_LIMIT_HEADERS),
    ...(isTemporary && { "retry-after": headerRef("RetryAfter") }),
    ...(mayBeRunning && {
      "retry-after": {
        ...SHARED_HEADERS.RetryAfter,
        description: "Seconds to wait, if the first request with this key is still running.",
        required: false,
      },
    }),
  };
}

function exampleOfFailure(failure: Failure, schemas: SchemaCollection): Json {
  const { status, code } = statusOf(failure);
  const [details] = ERROR_DETAILS[code] ?? [];
  return {
    error: code,
    message: TEXTS[failure].message,
    statusCode: status,
    request_id: exampleId("request"),
    ...(details &&
      failure !== "conflict" && { details: exampleOf(schemas.write(details, "output"), schemas.components) }),
  };
}

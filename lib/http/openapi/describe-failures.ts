import { REFUSAL_DETAILS, refusalAnswer } from "../answers/refusal";
import { exampleId } from "../fields/fields";
import { exampleOf } from "./example";
import { type Failure, statusOf } from "./failures";
import { headersOfFailure } from "./headers";
import type { SchemaCollection } from "./schemas";
import type { Json, ResponsePart } from "./types";

/** What each failure means to a caller, and a sentence as it comes. */
const WORDS: Record<Failure, { description: string; message: string }> = {
  invalid_request: {
    description: "The request cannot be understood; `details.issues` names each field.",
    message: "amount_usd: The amount is required.",
  },
  unauthorized: {
    description: "No usable key or session came along.",
    message: "This API key is not valid.",
  },
  payment_required: {
    description:
      "Less is available than is needed. Nothing was taken; the same key can be used again after a top-up.",
    message: "The balance is too low for this amount.",
  },
  forbidden: {
    description:
      "The caller is known, but may not do this: a scope is missing, or `details.reason` says why.",
    message: "This needs the scope usage:write.",
  },
  not_found: {
    description: "There is no such thing, or it belongs to somebody else.",
    message: "There is no such hold.",
  },
  conflict: {
    description: "The thing is in a state that does not allow this.",
    message: "This hold was released.",
  },
  idempotency_conflict: {
    description: "The idempotency key was used for another request.",
    message: "This idempotency key was used for another request. Use a new key for a new request.",
  },
  payload_too_large: { description: "The body is too large.", message: "The body is larger than 64 KiB." },
  unsupported_media_type: {
    description: "The body is not JSON in UTF-8, or it is compressed.",
    message: "Send the body as application/json.",
  },
  rate_limited: {
    description: "Too many requests in this minute; `retry-after` says in how many seconds it is over.",
    message: "More than 600 requests in a minute. Please try again in 12 seconds.",
  },
  service_unavailable: {
    description: "Something that we need does not answer. The same request may succeed later.",
    message: "The service is busy or restarting. Please try again.",
  },
  internal_error: {
    description: "A bug of ours. Tell us the `request_id`.",
    message: "Something went wrong on our side. Please tell us the request id.",
  },
};

/** What a status with these failures is called among the shared answers of the document. */
export function nameOf(failures: readonly Failure[]): string {
  return failures
    .map((failure) => failure.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase()))
    .join("Or");
}

/** One status of an error, as the document describes it. */
export function describeFailures(failures: readonly Failure[], schemas: SchemaCollection): ResponsePart {
  const codes = failures.map((failure) => statusOf(failure).code);
  const details = codes
    .flatMap((code) => REFUSAL_DETAILS[code] ?? [])
    .map((one) => schemas.write(one, "output"));
  const narrowed = {
    type: "object",
    properties: {
      error: codes.length === 1 ? { const: codes[0] } : { enum: codes },
      statusCode: { const: statusOf(failures[0] ?? "internal_error").status },
      ...(details.length > 0 && { details: details.length === 1 ? details[0] : { anyOf: details } }),
    },
  };
  return {
    description: failures.map((failure) => WORDS[failure].description).join(" Or: "),
    headers: headersOfFailure(failures),
    content: {
      "application/json": {
        schema: { allOf: [schemas.write(refusalAnswer, "output"), narrowed] },
        examples: Object.fromEntries(
          failures.map((failure) => [nameOf([failure]), { value: exampleOfFailure(failure, schemas) }]),
        ),
      },
    },
  };
}

function exampleOfFailure(failure: Failure, schemas: SchemaCollection): Json {
  const { status, code } = statusOf(failure);
  const [details] = REFUSAL_DETAILS[code] ?? [];
  return {
    error: code,
    message: WORDS[failure].message,
    statusCode: status,
    request_id: exampleId("request"),
    ...(details &&
      failure !== "conflict" && { details: exampleOf(schemas.write(details, "output"), schemas.components) }),
  };
}

import { exampleId } from "../fields/fields";
import type { Route } from "../route";
import type { Failure } from "./failures";
import type { Json } from "./types";

/** Headers that answers have. */
export const SHARED_HEADERS = {
  RequestId: {
    description: "Names this request in our log.",
    required: true,
    schema: { type: "string", pattern: "^req_[0-9a-hjkmnp-tv-z]{26}$" },
    example: exampleId("request"),
  },
  IdempotentReplayed: {
    description: "Present when this request had been answered before, and nothing was done again.",
    schema: { type: "string", const: "true" },
  },
  RateLimit: {
    description: "Requests a minute that the caller may make in this bucket.",
    required: true,
    schema: { type: "integer", minimum: 0 },
    example: 600,
  },
  RateLimitRemaining: {
    description: "How many are left in this minute.",
    required: true,
    schema: { type: "integer", minimum: 0 },
    example: 587,
  },
  RateLimitReset: {
    description: "Seconds until the minute is over.",
    required: true,
    schema: { type: "integer", minimum: 0 },
    example: 12,
  },
  RetryAfter: {
    description: "Seconds to wait before the same request is sent again.",
    required: true,
    schema: { type: "integer", minimum: 0 },
    example: 12,
  },
} as const;

function refTo(name: keyof typeof SHARED_HEADERS): Json {
  return { $ref: `#/components/headers/${name}` };
}

/** Every answer has it. */
const REQUEST_ID = { "x-request-id": refTo("RequestId") };

/** How the caller stands with its limit: told to everybody who was let in. */
const LIMITS = {
  "x-ratelimit-limit": refTo("RateLimit"),
  "x-ratelimit-remaining": refTo("RateLimitRemaining"),
  "x-ratelimit-reset": refTo("RateLimitReset"),
};

/** The headers of a success. */
export function headersOfSuccess(route: Route): Json {
  return {
    ...REQUEST_ID,
    ...("scope" in route.access && LIMITS),
    ...(route.method !== "GET" &&
      "scope" in route.access && { "idempotent-replayed": refTo("IdempotentReplayed") }),
  };
}

/** The headers of an error. */
export function headersOfFailure(failures: readonly Failure[]): Json {
  const isLimited = failures.includes("rate_limited");
  const comesBack = isLimited || failures.includes("service_unavailable");
  const mayBeRunning = failures.includes("conflict");
  return {
    ...REQUEST_ID,
    ...(isLimited && LIMITS),
    ...(comesBack && { "retry-after": refTo("RetryAfter") }),
    ...(mayBeRunning && {
      "retry-after": {
        ...SHARED_HEADERS.RetryAfter,
        description: "Present while the first request with this key is still running: seconds to wait.",
        required: false,
      },
    }),
  };
}

import type { Route } from "../route";
import { exampleId } from "../schemas/response-fields";
import type { Json } from "./types";

/** The response headers of the document. */
export const SHARED_HEADERS = {
  RequestId: {
    description: "The id of the request in our logs.",
    required: true,
    schema: { type: "string", pattern: "^req_[0-9a-hjkmnp-tv-z]{26}$" },
    example: exampleId("request"),
  },
  IdempotentReplayed: {
    description: "Present if this repeats the response to an earlier request. Nothing was done again.",
    schema: { type: "string", const: "true" },
  },
  NoStore: {
    description: "The response must not be cached: the next request may succeed.",
    required: true,
    schema: { type: "string", const: "no-store" },
  },
  RateLimit: {
    description: "The number of requests that the caller may send per minute.",
    required: true,
    schema: { type: "integer", minimum: 0 },
    example: 600,
  },
  RateLimitRemaining: {
    description: "The number of requests left in the current minute.",
    required: true,
    schema: { type: "integer", minimum: 0 },
    example: 587,
  },
  RateLimitReset: {
    description: "Seconds until the minute ends.",
    required: true,
    schema: { type: "integer", minimum: 0 },
    example: 12,
  },
  RetryAfter: {
    description: "Seconds to wait before sending the request again.",
    required: true,
    schema: { type: "integer", minimum: 0 },
    example: 12,
  },
} as const;

export function headerRef(name: keyof typeof SHARED_HEADERS): Json {
  return { $ref: `#/components/headers/${name}` };
}

/** Every response has it. */
export const REQUEST_ID_HEADER = { "x-request-id": headerRef("RequestId") };

/** Every response to an authenticated caller has them. */
export const RATE_LIMIT_HEADERS = {
  "x-ratelimit-limit": headerRef("RateLimit"),
  "x-ratelimit-remaining": headerRef("RateLimitRemaining"),
  "x-ratelimit-reset": headerRef("RateLimitReset"),
};

/** Returns the headers of a successful response. */
export function headersOfSuccess(route: Route): Json {
  const isAuthenticated = "scope" in route.access;
  return {
    ...REQUEST_ID_HEADER,
    ...(isAuthenticated && RATE_LIMIT_HEADERS),
    ...(isAuthenticated &&
      route.method !== "GET" && { "idempotent-replayed": headerRef("IdempotentReplayed") }),
  };
}

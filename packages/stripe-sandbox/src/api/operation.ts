import type { Tx } from "../runtime";
import type { Params } from "./request-schema";
import type { StripeError } from "./stripe-error";
import type { ApiVersion } from "./version";

export interface ApiRequest {
  /** Typed parameters of the body (POST) or the query string. */
  params: Params;
  /** Ids from the path. */
  ids: Record<string, string>;
  /** The path as called, for the `url` of lists. */
  url: string;
  version: ApiVersion;
  now: number;
}

/** One operation of the API. Its parameters are validated against spec.json first. */
export interface Operation {
  /** `operationId` in spec.json. */
  id: string;
  /** Text fields that an empty string unsets. */
  canUnset?: readonly string[];
  /** Checks rules between fields and lengths. Its errors are not stored for the idempotency key. */
  check?(request: ApiRequest): void;
  /**
   * Does the work and returns the unexpanded object. A thrown error rolls the work back; a returned error keeps it,
   * as a declined charge must. Both are stored for the idempotency key.
   */
  run(tx: Tx, request: ApiRequest): Promise<object | StripeError>;
}

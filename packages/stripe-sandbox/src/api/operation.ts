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

/** One operation of the API. Its parameters are validated against spec.json before anything here runs. */
export interface Operation {
  /** `operationId` in spec.json. */
  id: string;
  /** Plain text fields that an empty string unsets. */
  canUnset?: readonly string[];
  /** Rules between fields and on lengths. A refusal here is not remembered for the idempotency key. */
  check?(request: ApiRequest): void;
  /**
   * Does the work and returns the unexpanded object. A refusal that is thrown rolls the work back; one that is
   * returned is answered just the same but keeps it, as a declined charge has to. Both are remembered.
   */
  run(tx: Tx, request: ApiRequest): Promise<object | StripeError>;
}

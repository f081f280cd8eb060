import { expect } from "vitest";
import type { ApiRequest } from "../both-adapters";
import type { ApiResponse } from "../brim";
import type { ApiWorld } from "./world";

/** The expected error response. */
export interface Expected {
  status: number;
  code: string;
  /** The field, parameter or header that it names. */
  field?: string;
  details?: Record<string, unknown>;
}

/** One reason for rejection, with requests that all get the same error and change nothing. */
export interface Refusal {
  /** Completes "refuses …". */
  what: string;
  expected: Expected;
  /** Creates the requests. Preparations, such as using a key once, succeed. */
  requests(world: ApiWorld): Promise<ApiRequest[]> | ApiRequest[];
}

/** Expects a 400 that names a field. */
export const invalid = (field: string): Expected => ({ status: 400, code: "INVALID_REQUEST", field });
export const UNAUTHORIZED: Expected = { status: 401, code: "UNAUTHORIZED" };
export const NOT_FOUND: Expected = { status: 404, code: "NOT_FOUND" };

/** Expects a 403 with its reason. */
export const forbidden = (details: Record<string, unknown>): Expected => ({
  status: 403,
  code: "FORBIDDEN",
  details,
});

/** Returns a request with changed headers. `undefined` removes a header. */
export function withHeaders(request: ApiRequest, headers: Record<string, string | undefined>): ApiRequest {
  const all = Object.entries({ ...request.headers, ...headers });
  return {
    ...request,
    headers: Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined)),
  };
}

/** Returns a request with an additional query parameter. */
export function withQuery(request: ApiRequest, name: string, value: string): ApiRequest {
  const separator = request.path.includes("?") ? "&" : "?";
  return { ...request, path: `${request.path}${separator}${name}=${encodeURIComponent(value)}` };
}

/**
 * Asserts that a response is the expected error in our error format.
 *
 * @param asked description of the request, for the failure message
 */
export function expectRefusal({ status, headers, body }: ApiResponse, expected: Expected, asked = ""): void {
  expect({ status, code: body?.error }, `${asked} ${JSON.stringify(body)}`).toEqual({
    status: expected.status,
    code: expected.code,
  });
  expect(
    Object.keys(body)
      .filter((name) => name !== "details")
      .sort(),
  ).toEqual(["error", "message", "request_id", "statusCode"].sort());
  expect(body.statusCode).toBe(status);
  expect(body.message).toMatch(/\S/);
  expect(body.request_id).toMatch(/^req_[0-9a-z]{26}$/);
  expect(headers.get("x-request-id")).toBe(body.request_id);
  expect(headers.get("content-type")).toBe("application/json");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("idempotent-replayed")).toBeNull();
  if (expected.details) expect(body.details).toEqual(expected.details);
  if (expected.field !== undefined) {
    const named = (body.details.issues as { path: string }[]).map((issue) => issue.path);
    expect(named, asked).toContain(expected.field);
  }
}

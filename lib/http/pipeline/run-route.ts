import { performance } from "node:perf_hooks";
import type { z } from "zod";
import { type Actor, requireCustomer, requireOperator, requireScope } from "@/lib/auth";
import { recordRequestMetric } from "@/lib/monitoring";
import { NotFoundError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import { rethrowRefusal } from "@/lib/stripe";
import { bucketOf, countRequest, limitHeaders } from "../limits/rate-limits";
import { Reply, type Route } from "../route";
import { authenticate } from "./authenticate";
import { errorResponse } from "./errors";
import { REPLAYED_HEADERS, readIdempotencyKey, runIdempotently } from "./idempotency";
import { parseJson, readBody } from "./read-body";
import { type ApiResponse, jsonResponse } from "./response";
import { readQuery, validate, validatePath } from "./validate";
import { assertValidText, mayContainInvalidText } from "./validate-text";

/**
 * Runs a request through the pipeline: authentication → scope → rate limit → validation → idempotency → handler → error
 * mapping → log. It is the same for every route and both adapters.
 */
export function runRoute(
  route: Route,
  request: Request,
  params: Record<string, string>,
): Promise<ApiResponse> {
  return observe(route.operationId, request, async (headers) => {
    const actor = await admit(route, request, headers);
    validatePath(route.params, params);
    const parameters = readQuery(request.url);
    const query = validate(route.query, parameters, "query");
    assertValidText(parameters);
    const idempotencyKey = route.takesIdempotencyKey ? readIdempotencyKey(request.headers) : null;
    const text = route.body ? await readBody(request, route) : "";
    const body = route.body ? parseBody(route.body, text) : undefined;
    const run = () => runHandler(route, { actor, body, query, params, idempotencyKey, request });
    return actor && idempotencyKey !== null && (route.storesResponse || route.runsOneAtATime)
      ? runIdempotently(route, { actor, key: idempotencyKey, url: request.url, text }, run)
      : run();
  });
}

function parseBody<T>(schema: z.ZodType<T>, text: string): T {
  const json = parseJson(text);
  const body = validate(schema, json, "body");
  // After the schema, whose messages are more specific.
  if (mayContainInvalidText(text)) assertValidText(json);
  return body;
}

/**
 * Responds to a request for which there is no route. A method that is not allowed is also 404, with an `allow` header: the
 * API has no code for 405.
 *
 * @param methods the methods that the path allows; empty if there is no such path
 */
export function runNotFound(request: Request, methods: readonly string[]): Promise<ApiResponse> {
  return observe("unknown", request, async (headers) => {
    if (methods.length === 0) throw new NotFoundError("endpoint");
    headers.allow = methods.join(", ");
    throw new NotFoundError(`endpoint for the method ${request.method}. Allowed methods: ${headers.allow}`);
  });
}

/**
 * Gives a request its id, maps errors to responses, and records the request in the log and the metrics.
 *
 * @param work receives the headers of the response, errors included, and may add to them
 */
async function observe(
  operation: string,
  request: Request,
  work: (headers: Record<string, string>) => Promise<ApiResponse>,
): Promise<ApiResponse> {
  const startedAt = performance.now();
  const requestId = newId("request");
  const headers: Record<string, string> = { "x-request-id": requestId, "cache-control": "no-store" };
  const response = await work(headers).catch((error: unknown) => errorResponse(error, requestId));
  const durationMs = performance.now() - startedAt;
  recordRequestMetric(operation, response.status, durationMs / 1_000);
  log().info(
    {
      requestId,
      method: request.method,
      path: new URL(request.url).pathname.slice(0, MAX_LOGGED_PATH),
      status: response.status,
      durationMs: Math.round(durationMs * 10) / 10,
    },
    "request",
  );
  return { ...response, headers: { ...headers, ...response.headers } };
}

/** Longer than any path of ours. The caller chooses the path, so the log keeps no more of it. */
const MAX_LOGGED_PATH = 200;

/** Authenticates and authorizes a request, and counts it against the caller's rate limit. */
async function admit(route: Route, request: Request, headers: Record<string, string>): Promise<Actor | null> {
  const { access } = route;
  if (access.kind === "public" || access.kind === "stripe") return null;
  const actor = await authenticate(request);
  requireScope(actor, access.scope);
  if (access.kind === "customer") requireCustomer(actor);
  if (access.kind === "operator") requireOperator(actor);
  const { bucket, who } = bucketOf(actor, access.scope, route.method);
  Object.assign(headers, limitHeaders(await countRequest(bucket, who)));
  return actor;
}

async function runHandler(route: Route, input: Parameters<Route["run"]>[0]): Promise<ApiResponse> {
  const result = await route.run(input).catch(rethrowRefusal);
  if (route.response === null) return { status: 204, body: null, headers: {} };
  if (!(result instanceof Reply)) return jsonResponse(200, result);
  const { body, options } = result;
  if (options.contentType) {
    return { status: 200, body: String(body), headers: { "content-type": options.contentType } };
  }
  return jsonResponse(200, body, options.isReplay ? REPLAYED_HEADERS : {});
}

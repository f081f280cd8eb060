import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import type { Fault } from "../faults/api-faults";
import type { Runtime } from "../runtime";
import { randomLetters } from "../store/ids";
import { withRandom } from "../store/random";
import { authenticate } from "./authentication";
import type { RateLimitReason } from "./call-meter";
import { faultResponse, tooManyRequests } from "./fault-response";
import { type ApiCall, type ApiResponse, handleRequest } from "./handle-request";
import type { Operation } from "./operation";
import { operationSpec } from "./spec";
import { StripeError, unrecognizedUrl } from "./stripe-error";

type Env = { Bindings: HttpBindings };

/** Creates the `/v1` routes, one per implemented operation; any other path is a 404 with Stripe's error body. */
export function createApi(runtime: Runtime, operations: readonly Operation[]): Hono<Env> {
  const api = new Hono<Env>();
  const unknown = (c: Context<Env>) => respond(c, newRequestId(runtime), unknownPath(runtime, c));
  // Search is not implemented; without this line "search" would match as an id.
  api.all("/v1/:resource/search", unknown);
  for (const operation of operations) {
    const spec = operationSpec(operation.id);
    const path = spec.path.replace(/\{(\w+)\}/g, ":$1");
    api.on(spec.method, path, (c) => handle(runtime, operation, c));
  }
  for (const path of ["/v1/*", "/v2/*"]) api.all(path, unknown);
  return api;
}

function newRequestId({ random }: Runtime): string {
  return withRandom(random, () => `req_${randomLetters(14)}`);
}

async function handle(runtime: Runtime, operation: Operation, c: Context<Env>): Promise<Response> {
  const call = await readCall(runtime, c);
  const limited = runtime.calls.take(endpointOf(operation));
  if (limited) return rejectByRate(c, call, limited);
  const fault = withRandom(runtime.random, () => runtime.faults.take(call.method, call.path));
  if (fault?.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  const lost = fault && (fault.status !== undefined || fault.reset === true);
  if (fault && lost && fault.when === "before") return respondWithFault(c, call, fault);
  if (fault?.status !== undefined && fault.when === "remembered")
    call.injectedError = faultResponse(fault.status, fault.code);
  const result = await handleRequest(runtime, operation, call);
  if (fault && lost && fault.when === "after_commit") return respondWithFault(c, call, fault);
  return respond(c, call.requestId, result, call.idempotencyKey);
}

function endpointOf({ id }: Operation): string {
  const { method, path } = operationSpec(id);
  return `${method} ${path}`;
}

/** Nothing is done and no idempotency key is used; Stripe does not send `Stripe-Should-Retry` with this error. */
function rejectByRate(c: Context<Env>, call: ApiCall, reason: RateLimitReason): Response {
  const error = tooManyRequests();
  c.header("Stripe-Rate-Limited-Reason", reason);
  return respond(c, call.requestId, { status: error.status, body: JSON.stringify(error.body, null, 2) });
}

function respondWithFault(c: Context<Env>, call: ApiCall, fault: Fault): Response {
  if (fault.reset) {
    c.env.outgoing.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  const error = faultResponse(fault.status ?? 500, fault.code);
  if (fault.code === "rate_limit") c.header("Stripe-Rate-Limited-Reason", "global-rate");
  if (fault.shouldRetry !== undefined) c.header("Stripe-Should-Retry", String(fault.shouldRetry));
  return respond(c, call.requestId, { status: error.status, body: JSON.stringify(error.body, null, 2) });
}

async function readCall(runtime: Runtime, c: Context<Env>): Promise<ApiCall> {
  const url = new URL(c.req.url);
  return {
    method: c.req.method,
    path: url.pathname,
    query: url.search.slice(1),
    body: c.req.method === "POST" ? await c.req.text() : "",
    ids: c.req.param() as Record<string, string>,
    authorization: c.req.header("authorization"),
    version: c.req.header("stripe-version"),
    idempotencyKey: c.req.header("idempotency-key") || undefined,
    requestId: newRequestId(runtime),
  };
}

/** Checks the key first, as Stripe does, so that an unknown path reveals nothing. */
function unknownPath(runtime: Runtime, c: Context<Env>): ApiResponse {
  try {
    authenticate(c.req.header("authorization"), runtime.secretKey);
    throw unrecognizedUrl(c.req.method, new URL(c.req.url).pathname);
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    return { status: error.status, body: JSON.stringify(error.body, null, 2) };
  }
}

function respond(c: Context<Env>, requestId: string, answer: ApiResponse, idempotencyKey?: string): Response {
  c.header("Content-Type", "application/json");
  c.header("Request-Id", requestId);
  if (answer.status === 401) c.header("WWW-Authenticate", 'Basic realm="Stripe"');
  if (answer.version) c.header("Stripe-Version", answer.version);
  if (idempotencyKey && c.req.method === "POST") c.header("Idempotency-Key", idempotencyKey);
  if (answer.originalRequestId) {
    c.header("Idempotent-Replayed", "true");
    c.header("Original-Request", answer.originalRequestId);
  }
  return c.body(answer.body, answer.status as 200);
}

import { performance } from "node:perf_hooks";
import { type Actor, requireCustomer, requireOperator, requireScope } from "@/lib/auth";
import { invalidField, NotFoundError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import { authenticate } from "./authenticate";
import { errorResponse } from "./errors";
import { readJson } from "./read-body";
import type { Route, RouteAnswer } from "./route";
import { validate } from "./validate";

const MAX_KEY_LENGTH = 255;

/**
 * Runs one request: request id → auth → scope → size and type → validation → handler → error mapping. The same for
 * every route and through both doors.
 */
export function runRoute(route: Route, request: Request, params: Record<string, string>): Promise<Response> {
  return observed(request, async (requestId) => {
    const actor = await admit(route, request);
    const query = validate(route.query, queryOf(request), "query");
    const idempotencyKey = route.takesIdempotencyKey ? readIdempotencyKey(request.headers) : null;
    const body = route.body ? validate(route.body, await readJson(request, route), "body") : undefined;
    return toResponse(await route.run({ actor, body, query, params, idempotencyKey, requestId, request }));
  });
}

/** The answer for an address of the API that does not exist. */
export function runNotFound(request: Request): Promise<Response> {
  return observed(request, async () => {
    throw new NotFoundError("address in this API");
  });
}

/** Gives a request its id, turns whatever is thrown into an answer, and logs the two. */
async function observed(request: Request, work: (requestId: string) => Promise<Response>): Promise<Response> {
  const startedAt = performance.now();
  const requestId = newId("request");
  const response = await work(requestId).catch((error: unknown) => errorResponse(error, requestId));
  response.headers.set("x-request-id", requestId);
  response.headers.set("cache-control", "no-store");
  log().info(
    {
      requestId,
      method: request.method,
      path: new URL(request.url).pathname,
      status: response.status,
      durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
    },
    "request",
  );
  return response;
}

async function admit(route: Route, request: Request): Promise<Actor | null> {
  if (route.access.kind === "public" || route.access.kind === "stripe") return null;
  const actor = await authenticate(request);
  requireScope(actor, route.access.scope);
  if (route.access.kind === "customer") return requireCustomer(actor);
  return route.access.kind === "operator" ? requireOperator(actor) : actor;
}

/** A parameter that comes twice arrives as a list, which no schema takes for a text. */
function queryOf(request: Request): Record<string, string | string[]> {
  const { searchParams } = new URL(request.url);
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const values = searchParams.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? "") : values];
    }),
  );
}

function readIdempotencyKey(headers: Headers): string | null {
  const key = headers.get("idempotency-key");
  if (key === null) return null;
  if (key.length === 0 || key.length > MAX_KEY_LENGTH || /[^\x21-\x7e]/.test(key)) {
    throw invalidField(
      "Idempotency-Key",
      `Use 1 to ${MAX_KEY_LENGTH} visible ASCII characters without spaces.`,
    );
  }
  return key;
}

function toResponse(answer: RouteAnswer): Response {
  const response = Response.json(answer.body, { status: answer.status ?? 200 });
  if (answer.isReplay) response.headers.set("idempotent-replayed", "true");
  return response;
}

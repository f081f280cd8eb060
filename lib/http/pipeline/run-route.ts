import { createHash } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { z } from "zod";
import { type Actor, idempotencyOwner, requireCustomer, requireOperator, requireScope } from "@/lib/auth";
import { noteRequest } from "@/lib/monitoring";
import { NotFoundError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import { rethrowRefusal } from "@/lib/stripe";
import { readIdempotencyKey } from "../idempotency/idempotency-key";
import { claimOrRecall } from "../idempotency/stored-answers";
import { bucketOf, countRequest, limitHeaders } from "../limits/rate-limits";
import type { Route, RouteInput } from "../route";
import { type Answer, jsonAnswer, type ResponseClass, toResponse } from "./answer";
import { authenticate } from "./authenticate";
import { errorAnswer } from "./errors";
import { parseJson, readBody } from "./read-body";
import { readQuery } from "./read-query";
import { mayBeUnstorable, requireStorable } from "./storable";
import { validate, validatePath } from "./validate";

/**
 * Runs one request: request id → auth → scope → rate limit → size and type → validation → idempotency → handler → error
 * mapping → access log. The same for every route and through both doors.
 */
export function runRoute(
  route: Route,
  request: Request,
  params: Record<string, string>,
  Make: ResponseClass = Response,
): Promise<Response> {
  return observed(route.operationId, request, Make, async (requestId, headers) => {
    const actor = await admit(route, request, headers);
    validatePath(route.params, params);
    const parameters = readQuery(request.url);
    const query = validate(route.query, parameters, "query");
    requireStorable(parameters);
    const idempotencyKey = route.takesIdempotencyKey ? readIdempotencyKey(request.headers) : null;
    const text = route.body ? await readBody(request, route) : "";
    const body = route.body ? readJson(route.body, text) : undefined;
    const input = { actor, body, query, params, idempotencyKey, requestId, request };
    return (route.storesAnswer || route.runsOneAtATime) && actor && idempotencyKey !== null
      ? runOnce(route, input, { actor, idempotencyKey, text })
      : run(route, input);
  });
}

function readJson<T>(schema: z.ZodType<T>, text: string): T {
  const json = parseJson(text);
  const body = validate(schema, json, "body");
  // After the schema, whose words are about the field.
  if (mayBeUnstorable(text)) requireStorable(json);
  return body;
}

/**
 * The answer for an address of the API that does not exist, or not with this method: the codes of the API know no 405, and
 * to a caller both are nothing that can be called.
 *
 * @param options.methods what the address takes; none where there is no such address
 */
export function runNotFound(
  request: Request,
  { methods, Make = Response }: { methods: readonly string[]; Make?: ResponseClass },
): Promise<Response> {
  return observed("unknown", request, Make, async (_requestId, headers) => {
    if (methods.length === 0) throw new NotFoundError("address in this API");
    headers.allow = methods.join(", ");
    throw new NotFoundError(
      `address in this API with the method ${request.method}; it takes ${headers.allow}`,
    );
  });
}

/** Gives a request its id, turns whatever is thrown into an answer, and logs and measures the two. */
async function observed(
  operation: string,
  request: Request,
  Make: ResponseClass,
  work: (requestId: string, headers: Record<string, string>) => Promise<Answer>,
): Promise<Response> {
  const startedAt = performance.now();
  const requestId = newId("request");
  /** What every answer carries, a refusal too; `work` adds to it as it goes. */
  const headers: Record<string, string> = { "x-request-id": requestId, "cache-control": "no-store" };
  const answer = await work(requestId, headers).catch((error: unknown) => errorAnswer(error, requestId));
  const durationMs = performance.now() - startedAt;
  noteRequest(operation, answer.status, durationMs / 1_000);
  log().info(
    {
      requestId,
      method: request.method,
      path: pathOf(request.url),
      status: answer.status,
      durationMs: Math.round(durationMs * 10) / 10,
    },
    "request",
  );
  return toResponse({ ...answer, headers: { ...headers, ...answer.headers } }, Make);
}

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

async function run(route: Route, input: RouteInput<Actor | null, unknown, unknown>): Promise<Answer> {
  const { status = 200, body, isReplay, textType } = await route.run(input).catch(rethrowRefusal);
  if (status === 204) return { status, body: null, headers: {} };
  if (textType !== undefined) return { status, body: String(body), headers: { "content-type": textType } };
  return jsonAnswer(status, body, isReplay ? REPLAYED : {});
}

const REPLAYED = { "idempotent-replayed": "true" };

/** Runs a request under its key: once at a time, and the same answer for a day. */
async function runOnce(
  route: Route,
  input: RouteInput<Actor | null, unknown, unknown>,
  { actor, idempotencyKey, text }: { actor: Actor; idempotencyKey: string; text: string },
): Promise<Answer> {
  const found = await claimOrRecall(
    {
      owner: idempotencyOwner(actor),
      key: idempotencyKey,
      operationId: route.operationId,
      requestHash: createHash("sha256").update(`${input.request.url}\n${text}`).digest("base64url"),
    },
    new Date(),
  );
  if (found && "body" in found) return { ...found, headers: REPLAYED };

  try {
    const answer = await run(route, input);
    // The work is done: whether its answer can be kept does not change what it is.
    if (route.runsOneAtATime) await found?.giveBack().catch(warn);
    else if (answer.body !== null)
      await found?.keep({ status: answer.status, body: answer.body }).catch(warn);
    return answer;
  } catch (error) {
    await found?.giveBack().catch(warn); // else its claim runs out by itself
    throw error;
  }
}

function warn(error: unknown): void {
  log().warn({ err: error }, "an answer could not be kept");
}

/** Longer than any path of ours. */
const MAX_LOGGED_PATH = 200;

/**
 * The path of an absolute address, as it came, for the log: whoever calls chooses it, so no more of it than tells what was
 * asked for. A whole `URL` costs more than all the rest of a log line.
 */
function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const query = url.indexOf("?", start);
  const end = query === -1 ? url.length : query;
  return url.slice(start, Math.min(end, start + MAX_LOGGED_PATH));
}

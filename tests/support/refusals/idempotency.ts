import { randomUUID } from "node:crypto";
import { ROUTES, type Route } from "@/lib/http";
import type { ApiRequest } from "../both-adapters";
import { type ApiResponse, call } from "../brim";
import { atDepth } from "../depth";
import { fieldsOf, withField } from "../json-fields";
import { aTopUpInReview } from "../paid-top-up";
import { settledDigest } from "../table-digests";
import { makeObject } from "./objects";
import { type Expected, invalid, type Refusal, withHeaders } from "./refusal";
import { bodyOf, isForOperator, validRequest } from "./valid-request";
import type { ApiWorld } from "./world";

const CONFLICT: Expected = { status: 409, code: "IDEMPOTENCY_CONFLICT" };

/** Requests with an idempotency key that is malformed or was used for another request. */
export function idempotencyRefusals(route: Route): Refusal[] {
  if (!route.takesIdempotencyKey) return [];
  const refusals: Refusal[] = [
    {
      what: "a malformed idempotency key",
      expected: invalid("Idempotency-Key"),
      requests: (world) =>
        ["", "x".repeat(256), "with spaces", "tab\there", "ünïcode"].map((key) =>
          withHeaders(validRequest(route, world), { "idempotency-key": key }),
        ),
    },
    {
      what: "an idempotency key that was used with another body",
      expected: CONFLICT,
      requests: async (world) => {
        const key = randomUUID();
        const objects = await freshObjects(route, world);
        const first = named(route, world, { key, objects });
        await mustSucceed(world, first);
        if (IS_ONLY_ITS_PATH.has(route.operationId)) {
          return [named(route, world, { key, objects: world.objects })];
        }
        return [{ ...first, body: JSON.stringify(otherContent(route, JSON.parse(first.body ?? "{}"))) }];
      },
    },
    ...othersWithKeys(route).map((other) => ({
      what: `an idempotency key that was used for ${other.operationId}`,
      expected: CONFLICT,
      requests: async (world: ApiWorld) => {
        const key = randomUUID();
        const objects = await freshObjects(other, world);
        await mustSucceed(world, named(other, world, { key, objects }));
        return [named(route, world, { key, objects: await objectsOf(route, world) })];
      },
    })),
  ];
  if (!hasKeyField(route)) return refusals;
  return [
    ...refusals,
    {
      what: "different idempotency keys in the header and the body",
      expected: invalid("idempotency_key"),
      requests: (world) => [withHeaders(validRequest(route, world), { "idempotency-key": randomUUID() })],
    },
  ];
}

/** Whether the route also accepts the key in the body, like all routes that change a balance. */
function hasKeyField({ body, operationId }: Route): boolean {
  if (!body)
    throw new Error(
      `${operationId} takes an idempotency key and no body. Define here how to use the key again.`,
    );
  return fieldsOf(body).some(({ path }) => path === "idempotency_key");
}

/**
 * Returns the routes on which the same caller may not reuse the key. The operator's keys have two separate scopes: changes of
 * a customer's balance, and administration of customers and API keys.
 */
function othersWithKeys(route: Route): Route[] {
  const position = ROUTES.indexOf(route);
  const others = [...ROUTES.slice(position + 1), ...ROUTES.slice(0, position)].filter(
    (one) =>
      one.takesIdempotencyKey &&
      one.operationId !== route.operationId &&
      isForOperator(one) === isForOperator(route) &&
      (!isForOperator(route) || hasKeyField(one) === hasKeyField(route)),
  );
  // Every pair takes minutes. The next two in the list include each route twice.
  return atDepth({ ci: others.slice(0, 2), deep: others });
}

/** Returns a valid request with a key in the header and, if there is a field for it, in the body. */
function named(
  route: Route,
  world: ApiWorld,
  { key, objects }: { key: string; objects: Record<string, string> },
): ApiRequest {
  const body = bodyOf(route, world) as Record<string, unknown>;
  const request = validRequest(route, world, { objects });
  return {
    ...withHeaders(request, { "idempotency-key": key }),
    body: JSON.stringify("idempotency_key" in body ? { ...body, idempotency_key: key } : body),
  };
}

/** Returns objects on which a request succeeds; only a top-up in review has to be a new one. */
async function objectsOf(route: Route, world: ApiWorld): Promise<Record<string, string>> {
  return route.operationId === "resolveTopUp" ? freshObjects(route, world) : world.objects;
}

/** Creates new objects for a request that changes them. */
export async function freshObjects(route: Route, world: ApiWorld): Promise<Record<string, string>> {
  if (route.operationId === "resolveTopUp") {
    const { topUpIntentId } = await aTopUpInReview(world.brim, world.customer);
    await world.brim.control("/deliveries/mode", { mode: "deliver" });
    return { topup_intent_id: topUpIntentId };
  }
  const names = Object.keys(route.params?.shape ?? {});
  const made = names.map(async (name) => [name, await makeObject(name, world.customer, world.brim)]);
  return Object.fromEntries(await Promise.all(made));
}

/** Routes whose request is only their path: a different request has a different object. */
const IS_ONLY_ITS_PATH = new Set(["refundOwnTopUp"]);

/** Fields that can be changed to get another valid request. A new body without any of them needs a line here. */
const OTHER_VALUES: Record<string, (value: unknown) => unknown> = {
  amount_usd: (value) => String(value).replace(/\d$/, (digit) => (digit === "1" ? "2" : "1")),
  name: (value) => `${value} too`,
  grace_seconds: (value) => Number(value) + 1,
  reason: (value) => `${value} too`,
};

function otherContent(route: Route, body: Record<string, unknown>): unknown {
  const name = Object.keys(OTHER_VALUES).find((one) => one in body);
  if (!name) throw new Error(`Add a field of ${route.operationId} that can be changed to idempotency.ts.`);
  return withField(body, name, OTHER_VALUES[name]?.(body[name]));
}

async function mustSucceed({ brim }: ApiWorld, request: ApiRequest): Promise<ApiResponse> {
  const { method, headers, body } = request;
  const answer = await call(brim, request.path, { method, headers, ...(body !== undefined && { body }) });
  if (answer.status !== 200) throw new Error(`${request.path} returned ${JSON.stringify(answer.body)}.`);
  if (isFollowedByEvents(request.path)) await settledDigest(brim);
  return answer;
}

/** Whether Stripe's events about a request's effects arrive after its response. */
export function isFollowedByEvents(path: string): boolean {
  return /\/topups\/[^/]+\/(refund|resolve)$/.test(path);
}

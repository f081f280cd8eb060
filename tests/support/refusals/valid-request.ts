import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Route } from "@/lib/http";
import type { ApiRequest } from "../both-doors";
import type { ApiWorld } from "./world";

/** Routes for whoever has the scope, where a customer's key is refused all the same. */
const OPERATOR_ONLY = ["refundCharge"];

/** Whether the operator is the one whose request a route takes; else it is the customer. */
export function isForOperator(route: Route): boolean {
  return route.access.kind === "operator" || OPERATOR_ONLY.includes(route.operationId);
}

/** The key with which a route is called here. */
export function usualKey(route: Route, world: ApiWorld): string {
  return isForOperator(route) ? world.operatorKey : world.customer.key;
}

/**
 * A request that a route takes, from the examples of its own schemas, with the usual key. Each refusal is this request
 * with one thing wrong.
 *
 * @param objects what the parts of the path name
 * @throws Error the schema has no example: then nobody could say what is a valid request
 */
export function validRequest(
  route: Route,
  world: ApiWorld,
  { objects = world.objects }: { objects?: Record<string, string> } = {},
): ApiRequest {
  const query = queryOf(route, world);
  const isPublic = !("scope" in route.access);
  return {
    method: route.method,
    path: `${pathOf(route, objects)}${query.size > 0 ? `?${query}` : ""}`,
    headers: {
      ...(isPublic ? {} : { authorization: `Bearer ${usualKey(route, world)}` }),
      ...(route.body ? { "content-type": "application/json" } : {}),
    },
    body: route.body ? JSON.stringify(bodyOf(route, world)) : undefined,
  };
}

/** The path with its parts filled in. */
function pathOf(route: Route, objects: Record<string, string>): string {
  return route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const id = objects[name];
    if (!id) throw new Error(`Say in tests/support/refusals/objects.ts how to make what {${name}} names.`);
    return id;
  });
}

/** The body's example, about this world's customer and under a new idempotency key. */
export function bodyOf(route: Route, world: ApiWorld): unknown {
  const { examples } = (route.body?.meta() ?? {}) as { examples?: unknown[] };
  const example = examples?.[0];
  if (example === undefined) {
    throw new Error(`The body of ${route.operationId} needs an example: .meta({ examples: [{ … }] }).`);
  }
  return JSON.parse(JSON.stringify(example), (name, value: unknown) => {
    if (name === "customer_id") return world.customer.customerId;
    return name === "idempotency_key" ? randomUUID() : value;
  });
}

/** The parameters that a query must have. */
function queryOf(route: Route, world: ApiWorld): URLSearchParams {
  const { properties, required } = parametersOf(route);
  const query = new URLSearchParams();
  for (const name of required) {
    const example = properties[name]?.examples?.[0];
    if (example === undefined) throw new Error(`${name} of ${route.operationId} needs an example.`);
    query.set(name, String(example));
  }
  if (isForOperator(route) && route.access.kind === "any_key" && "customer_id" in properties) {
    query.set("customer_id", world.customer.customerId);
  }
  return query;
}

/** What a route's query may say. */
export function parametersOf(route: Route) {
  const { properties = {}, required = [] } = route.query
    ? (z.toJSONSchema(route.query, { io: "input" }) as {
        properties?: Record<string, { examples?: unknown[] }>;
        required?: string[];
      })
    : {};
  return { properties, required };
}

import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Route } from "@/lib/http";
import type { ApiRequest } from "../both-adapters";
import type { ApiWorld } from "./world";

/** Routes that reject customer keys even with the required scope. */
const OPERATOR_ONLY = ["refundCharge"];

/** Whether a route is for operator keys instead of customer keys. */
export function isForOperator(route: Route): boolean {
  return route.access.kind === "operator" || OPERATOR_ONLY.includes(route.operationId);
}

/** Returns the API key that the tests call a route with. */
export function usualKey(route: Route, world: ApiWorld): string {
  return isForOperator(route) ? world.operatorKey : world.customer.key;
}

/**
 * Returns a valid request to a route, built from the examples of its schemas, with the usual key. Each refusal is this request
 * with one error.
 *
 * @param objects ids by path parameter
 * @throws Error the schema has no example
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

/** Returns the path with its parameters filled in. */
function pathOf(route: Route, objects: Record<string, string>): string {
  return route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const id = objects[name];
    if (!id) throw new Error(`Add a factory for {${name}} to tests/support/refusals/objects.ts.`);
    return id;
  });
}

/** Returns the example body with this world's customer and a new idempotency key. */
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

/** Returns the required query parameters. */
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

/** Returns the query parameters of a route. */
export function parametersOf(route: Route) {
  const { properties = {}, required = [] } = route.query
    ? (z.toJSONSchema(route.query, { io: "input" }) as {
        properties?: Record<string, { examples?: unknown[] }>;
        required?: string[];
      })
    : {};
  return { properties, required };
}

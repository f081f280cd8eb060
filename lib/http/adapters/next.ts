import { toResponse } from "../pipeline/response";
import type { Route } from "../route";
import { createRouter, type FetchHandler } from "./router";

/** The methods that a `route.ts` can export. Next would answer the others itself, in another format. */
type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";

/** Serves routes from a `route.ts` of Next. */
export function serve(...routes: Route[]): Record<Method, FetchHandler> {
  const handler = createRouter(routes, toResponse);
  return {
    GET: handler,
    HEAD: handler,
    POST: handler,
    PUT: handler,
    PATCH: handler,
    DELETE: handler,
    OPTIONS: handler,
  };
}

import { Hono } from "hono";
import type { ApiResponse } from "../pipeline/response";
import { runNotFound, runRoute } from "../pipeline/run-route";
import type { Route } from "../route";

/** Handles a web-standard request. */
export type FetchHandler = (request: Request) => Promise<Response>;

/**
 * Builds the handler that runs the matching route, or responds with 404.
 * @param toResponse makes the `Response` that the adapter sends
 */
export function createRouter(
  routes: readonly Route[],
  toResponse: (response: ApiResponse) => Response,
): FetchHandler {
  const app = new Hono();
  for (const route of routes) {
    const path = route.path.replace(/\{(\w+)\}/g, ":$1");
    app.on(route.method, path, async (context) =>
      toResponse(await runRoute(route, context.req.raw, context.req.param())),
    );
  }
  const allowedMethods = allowedMethodsOf(routes);
  app.notFound(async (context) =>
    toResponse(await runNotFound(context.req.raw, allowedMethods(context.req.path))),
  );
  return async (request) => app.fetch(request);
}

/** Tells which methods a path allows; none if there is no such path. HEAD is a GET without its body. */
function allowedMethodsOf(routes: readonly Route[]): (path: string) => string[] {
  const patterns = routes.map(
    ({ method, path }) =>
      [method, new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`)] as const,
  );
  return (path) =>
    patterns
      .filter(([, pattern]) => pattern.test(path))
      .flatMap(([method]) => (method === "GET" ? [method, "HEAD"] : [method]));
}

import type { IncomingMessage, RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { noteClientAddress } from "./limits/client-address";
import type { ResponseClass } from "./pipeline/answer";
import { MAX_EVENT_BYTES } from "./pipeline/read-body";
import { runNotFound, runRoute } from "./pipeline/run-route";
import type { Route } from "./route";
import { ROUTES } from "./routes";
import { refuseUnservable } from "./unservable";

const shared = globalThis as typeof globalThis & { brimApiListener?: RequestListener };

/** What a door brings along. */
type Door = { Bindings: { Make: ResponseClass } };

let api: Hono<Door> | undefined;

function theApi(): Hono<Door> {
  api ??= buildApi(ROUTES);
  return api;
}

function buildApi(routes: readonly Route[]): Hono<Door> {
  const app = new Hono<Door>();
  for (const route of routes) {
    const path = route.path.replace(/\{(\w+)\}/g, ":$1");
    app.on(route.method, path, (context) =>
      runRoute(route, context.req.raw, context.req.param(), context.env.Make),
    );
  }
  const methodsAt = methodsOf(routes);
  app.notFound((context) =>
    runNotFound(context.req.raw, { methods: methodsAt(context.req.path), Make: context.env.Make }),
  );
  return app;
}

/** Tells which methods an address takes; none where there is no such address. HEAD is a GET without its body. */
function methodsOf(routes: readonly Route[]): (path: string) => string[] {
  const patterns = routes.map(
    ({ method, path }) =>
      [method, new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`)] as const,
  );
  return (path) =>
    patterns
      .filter(([, pattern]) => pattern.test(path))
      .flatMap(([method]) => (method === "GET" ? [method, "HEAD"] : [method]));
}

/** Next's door: each `route.ts` exports this under every method, or Next would answer the others in a form of its own. */
export async function door(request: Request): Promise<Response> {
  return theApi().fetch(request, { Make: Response });
}

/** Answers requests for other routes than Brim's own, without a server: for benchmarks. */
export function handlerFor(routes: readonly Route[]): (request: Request) => Promise<Response> {
  const app = buildApi(routes);
  return async (request) => app.fetch(request, { Make: Response });
}

/** The direct door: the same handlers without Next, for the process that `npm start` runs. */
export const apiListener: RequestListener = (request, response) => {
  if (refuseUnservable(request, response)) return;
  noteClientAddress(request);
  if (willLeaveBody(request)) response.shouldKeepAlive = false;
  shared.brimApiListener ??= withItsOwnResponse(theApi());
  return shared.brimApiListener(request, response);
};

/**
 * Whether a body will not be read to its end. The connection is then closed after the answer, or Node would read on to find
 * the next request behind it.
 */
function willLeaveBody({ method, headers }: IncomingMessage): boolean {
  if (Number(headers["content-length"] ?? 0) > MAX_EVENT_BYTES) return true;
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return hasBody && (method === "GET" || method === "HEAD");
}

/** A direct door for other routes than Brim's own: the benchmark asks what the pipeline costs without them. */
export function listenerFor(routes: readonly Route[]): RequestListener {
  const listener = withItsOwnResponse(buildApi(routes));
  return (request, response) => {
    noteClientAddress(request);
    return listener(request, response);
  };
}

/**
 * The listener puts a Response of its own in the place of the global one, which keeps a text as a text instead of making a
 * stream of it and reading it back: a tenth of what a request costs. Next must keep the global ones, so they are put back at
 * once, and only our answers are made with the listener's.
 */
function withItsOwnResponse(app: Hono<Door>): RequestListener {
  const { Request: ownRequest, Response: ownResponse } = globalThis;
  let Make: ResponseClass = ownResponse;
  try {
    const listener = getRequestListener((incoming) => app.fetch(incoming, { Make }));
    Make = globalThis.Response;
    return listener;
  } finally {
    Object.defineProperty(globalThis, "Request", { value: ownRequest });
    Object.defineProperty(globalThis, "Response", { value: ownResponse });
  }
}

/** Whether a path goes through the direct door. */
export function isApiPath(pathname: string): boolean {
  return pathname.startsWith("/api/v1/") || pathname === "/api/webhooks/stripe";
}

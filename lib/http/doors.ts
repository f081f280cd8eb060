import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { runNotFound, runRoute } from "./pipeline";
import { ROUTES } from "./routes";

const shared = globalThis as typeof globalThis & { brimApiListener?: RequestListener };

let api: Hono | undefined;

function theApi(): Hono {
  api ??= buildApi();
  return api;
}

function buildApi(): Hono {
  const app = new Hono();
  for (const route of ROUTES) {
    const path = route.path.replace(/\{(\w+)\}/g, ":$1");
    app.on(route.method, path, (context) => runRoute(route, context.req.raw, context.req.param()));
  }
  app.notFound((context) => runNotFound(context.req.raw));
  return app;
}

/** Next's door: each `route.ts` exports this under the names of its methods. */
export async function door(request: Request): Promise<Response> {
  return theApi().fetch(request);
}

/** The direct door: the same handlers without Next, for the process that `npm start` runs. */
export const apiListener: RequestListener = (request, response) => {
  shared.brimApiListener ??= getRequestListener((incoming) => theApi().fetch(incoming), {
    // Next keeps its own Request and Response; replacing the globals would break it.
    overrideGlobalObjects: false,
  });
  return shared.brimApiListener(request, response);
};

/** Whether a path goes through the direct door. */
export function isApiPath(pathname: string): boolean {
  return pathname.startsWith("/api/v1/") || pathname === "/api/webhooks/stripe";
}

import path from "node:path";
import type { Route } from "@/lib/http";
import { expectDocumented } from "./api-document";
import type { ApiResponse, RunningBrim } from "./brim";

/** A request that can be sent through either adapter. */
export interface ApiRequest {
  method: string;
  /** Includes the query. */
  path: string;
  headers: Record<string, string>;
  body?: string | undefined;
  /** Whether to omit the content length. */
  isChunked?: boolean | undefined;
}

/** Sends a request to a route through one adapter. */
type Adapter = (route: Route, request: ApiRequest) => Promise<ApiResponse>;

/** Returns the two adapters of a running Brim. Their responses are checked against the OpenAPI document. */
export function adaptersOf(brim: RunningBrim): Record<"node" | "next", Adapter> {
  return {
    node: async (_route, request) =>
      read(request, await fetch(`${brim.url}${request.path}`, initOf(request))),
    next: async (route, request) => {
      const handler = await nextHandlerOf(route);
      return read(
        request,
        await handler(new Request(`${brim.url}${request.path}`, withLength(initOf(request)))),
      );
    },
  };
}

function initOf({ method, headers, body, isChunked }: ApiRequest): RequestInit {
  if (body === undefined) return { method, headers };
  if (!isChunked) return { method, headers, body };
  return { method, headers, body: new Blob([body]).stream(), duplex: "half" } as RequestInit;
}

/** Adds the content length that a socket would send. */
function withLength(init: RequestInit): RequestInit {
  if (typeof init.body !== "string") return init;
  const headers = { ...(init.headers as Record<string, string>) };
  return { ...init, headers: { ...headers, "content-length": String(Buffer.byteLength(init.body)) } };
}

/** Returns the exported function of the `route.ts` file, which Next would call. */
async function nextHandlerOf(route: Route): Promise<(request: Request) => Promise<Response>> {
  const folder = route.path.replace(/\{(\w+)\}/g, "[$1]").slice(1);
  const module = (await import(path.resolve("app", folder, "route.ts"))) as Record<string, unknown>;
  const handler = module[route.method];
  if (typeof handler !== "function")
    throw new Error(`app/${folder}/route.ts does not export ${route.method}.`);
  return handler as (request: Request) => Promise<Response>;
}

async function read({ method, path, body: sent }: ApiRequest, response: Response): Promise<ApiResponse> {
  const { status, headers } = response;
  const text = await response.text();
  const isJson = headers.get("content-type") === "application/json";
  const body = text === "" ? undefined : isJson ? JSON.parse(text) : text;
  expectDocumented({ method, path, requestBody: readJson(sent), status, headers, body });
  return { status, headers, body };
}

function readJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

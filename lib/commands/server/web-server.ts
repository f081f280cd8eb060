import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import {
  apiListener,
  isApiPath,
  recordClientAddress,
  rejectConnect,
  rejectUnsupportedRequest,
} from "@/lib/http";
import { rejectPageRequest } from "./page-requests";

/**
 * The timeouts of every connection. A client has 15 seconds to send the headers and 30 seconds for the whole request; after
 * that, the response is 408 and the connection is closed.
 */
const TIMEOUTS: ServerOptions = {
  keepAliveTimeout: 65_000, // longer than the minute of most load balancers: the server must not be the first to close
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
};

/**
 * Creates the http server, which serves the API directly and passes everything else to the pages.
 *
 * @param options.pages serves the pages
 * @param options.isDev allows other methods, which Next's development tools need
 */
export function createWebServer({
  pages,
  isDev,
  timeouts = TIMEOUTS,
}: {
  pages: RequestListener;
  isDev: boolean;
  timeouts?: ServerOptions;
}): Server {
  const server = createServer(timeouts, (request, response) => {
    request.url = toOriginForm(request.url ?? "/");
    const [pathname = "/"] = request.url.split("?", 1);
    if (isApiPath(pathname)) return apiListener(request, response);
    if (rejectUnsupportedRequest(request, response)) return;
    recordClientAddress(request);
    if (!isDev && rejectPageRequest(request, pathname, response)) return;
    pages(request, response);
  });
  server.on("connect", rejectConnect);
  return server;
}

/**
 * Reduces an absolute URL in the request line (`GET http://host/path`) to its path and query.
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
 */
function toOriginForm(target: string): string {
  if (target.startsWith("/") || !URL.canParse(target)) return target;
  const { pathname, search } = new URL(target);
  return `${pathname}${search}`;
}

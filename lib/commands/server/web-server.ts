import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import {
  apiListener,
  isApiPath,
  recordClientAddress,
  rejectConnect,
  rejectUnsupportedRequest,
} from "@/lib/http";
import { refusePageRequest } from "./page-requests";

/**
 * Limits of time for every connection. A caller has fifteen seconds for the head of a request and thirty for the whole of
 * it, body included, however slowly it sends; then the answer is 408 and the connection is closed.
 */
const TIMEOUTS: ServerOptions = {
  keepAliveTimeout: 65_000, // load balancers keep connections for a minute; the side that closes first must not be us
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
};

/**
 * The http server: the API goes straight to its handlers, all else to the pages.
 *
 * @param options.pages answers for pages
 * @param options.isDev development tools of Next post to addresses of their own
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
    if (!isDev && refusePageRequest(request, pathname, response)) return;
    pages(request, response);
  });
  server.on("connect", rejectConnect);
  return server;
}

/**
 * A request line may hold a whole address (`GET http://host/path`); the path alone decides, here and in what comes after.
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
 */
function toOriginForm(target: string): string {
  if (target.startsWith("/") || !URL.canParse(target)) return target;
  const { pathname, search } = new URL(target);
  return `${pathname}${search}`;
}

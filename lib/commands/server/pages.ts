import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { log } from "@/lib/platform/log";

/** The part of Next's entry point that we use. `server.ts` passes it in, as the only file that may import Next here. */
export type CreateNext = (options: {
  dev: boolean;
  dir: string;
  hostname: string;
  port: number;
  httpServer: Server;
}) => {
  prepare(): Promise<void>;
  getRequestHandler(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  close(): Promise<void>;
};

/** Starts Next and returns the listener for everything that is not the API. */
export async function preparePages(
  next: CreateNext,
  server: Server,
  options: { isDev: boolean; hostname: string; port: number },
): Promise<{ listener: RequestListener; close(): Promise<void> }> {
  const app = next({
    dev: options.isDev,
    dir: process.cwd(),
    hostname: options.hostname,
    port: options.port,
    // Next adds an `upgrade` listener for hot reloading. In production it would swallow requests that merely offer an
    // upgrade (curl --http2), so there it gets a server that never listens.
    httpServer: options.isDev ? server : createServer(),
  });
  await app.prepare();
  const handle = app.getRequestHandler();
  return {
    listener: (request, response) => {
      handle(request, response).catch((error: unknown) => {
        log().error({ err: error }, "a page failed");
        if (!response.headersSent) response.statusCode = 500;
        response.end();
      });
    },
    close: () => app.close(),
  };
}

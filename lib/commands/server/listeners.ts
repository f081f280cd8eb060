import type { Server as HttpServer } from "node:http";
import { createServer, type Server as NetServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** The port cannot be used. The message is for people. */
export class PortTakenError extends Error {}

/** The addresses to which `localhost` may resolve. */
const LOOPBACK = ["127.0.0.1", "::1"];

/**
 * Listens on a host. For `localhost`, listens on both loopback addresses, because programs differ in which one they try. All
 * connections are passed to the one `server`, to which Next attaches its websocket.
 *
 * @throws PortTakenError
 */
export async function listen(server: HttpServer, host: string, port: number): Promise<NetServer[]> {
  const [first = host, ...others] = host === "localhost" ? LOOPBACK : [host];
  await listenOn(server, first, port);
  const listeners: NetServer[] = [server];
  for (const address of others) {
    const forwarder = createServer((socket) => server.emit("connection", socket));
    try {
      await listenOn(forwarder, address, port);
      listeners.push(forwarder);
    } catch (error) {
      if (error instanceof PortTakenError) {
        await closeAll(listeners);
        throw error;
      }
      // This machine has no IPv6.
    }
  }
  return listeners;
}

/** Stops accepting connections, waits up to `timeoutMs` for requests in flight, then closes the remaining connections. */
export async function closeGracefully(server: HttpServer, listeners: NetServer[], timeoutMs: number) {
  const deadline = Date.now() + timeoutMs;
  let isClosed = false;
  // A request over an open connection is still answered, and the client is told to open another one next time.
  server.prependListener("request", (_request, response) => response.setHeader("connection", "close"));
  const closed = closeAll(listeners).then(() => {
    isClosed = true;
  });
  while (!isClosed && Date.now() < deadline) {
    // Repeatedly, because a keep-alive connection becomes idle when its request has been answered.
    server.closeIdleConnections();
    await Promise.race([closed, sleep(50)]);
  }
  server.closeAllConnections();
  await closed;
}

function listenOn(server: NetServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") {
        reject(new PortTakenError(`Port ${port} is already in use. Set PORT to a free port.`));
      } else if (error.code === "EACCES") {
        reject(
          new PortTakenError(`Port ${port} requires elevated privileges. Set PORT to a port above 1023.`),
        );
      } else {
        reject(error);
      }
    });
    server.listen({ host, port }, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

function closeAll(servers: NetServer[]): Promise<unknown> {
  return Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
}

import type { Server as HttpServer } from "node:http";
import { createServer, type Server as NetServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** The port cannot be had; the message is one line for people. */
export class PortTakenError extends Error {}

/** The addresses that a program on this machine may get for `localhost`. */
const LOOPBACK = ["127.0.0.1", "::1"];

/**
 * Listens on a host, or for `localhost` on both loopback addresses, because browsers and programs differ in
 * which of the two they try. Every connection ends up at the one `server`: Next hangs its websocket on it.
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
      // No IPv6 on this machine.
    }
  }
  return listeners;
}

/** Takes no new connections, lets requests in flight finish for at most `timeoutMs`, then cuts the rest. */
export async function closeGracefully(server: HttpServer, listeners: NetServer[], timeoutMs: number) {
  const deadline = Date.now() + timeoutMs;
  let isClosed = false;
  // Who sends one more request over a kept connection is answered, and told to open another one next time.
  server.prependListener("request", (_request, response) => response.setHeader("connection", "close"));
  const closed = closeAll(listeners).then(() => {
    isClosed = true;
  });
  while (!isClosed && Date.now() < deadline) {
    // Again and again: a keep-alive connection becomes idle when its request has been answered.
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
        reject(new PortTakenError(`Port ${port} is taken by another program. Set PORT to a free one.`));
      } else if (error.code === "EACCES") {
        reject(new PortTakenError(`Port ${port} needs special rights. Set PORT to one above 1023.`));
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

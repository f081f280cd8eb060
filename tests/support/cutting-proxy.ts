import type { AddressInfo } from "node:net";
import { createServer, connect as open, type Socket } from "node:net";

/** A proxy in front of Postgres that closes its connections as if the client process had been killed. */
export interface CuttingProxy {
  /** URL of the database through the proxy. */
  url: string;
  /** Closes every connection and refuses new ones. */
  cut(): void;
  stop(): Promise<void>;
}

/** @param options.after number of client messages, over all connections, after which all connections are closed */
export async function startCuttingProxy(
  databaseUrl: string,
  options: { after?: number } = {},
): Promise<CuttingProxy> {
  const { after = Number.POSITIVE_INFINITY } = options;
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let messages = 0;
  let isCut = false;
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = open(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (chunk) => {
      messages += 1;
      if (messages <= after) upstream.write(chunk);
      // The last message still reaches the server; its response is lost.
      else upstream.write(chunk, cut);
    });
    upstream.on("data", (chunk) => client.write(chunk));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  url.hostname = "127.0.0.1";
  return {
    url: url.href,
    cut,
    async stop() {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

import { type AddressInfo, createServer, type Server, type Socket, connect as tcpConnect } from "node:net";

/** A proxy that can drop connections silently, like a failover or a NAT table. */
export interface TcpProxy {
  /** URL of the server through the proxy. */
  readonly url: string;
  /** Drops all traffic of the open connections, in both directions, without closing them. */
  swallow(): void;
  /** While down, new connections are accepted and dropped silently too. */
  setDown(isDown: boolean): void;
  /** Delay between the bytes of the server's responses in milliseconds. Null for no delay. */
  trickle(byteEveryMs: number | null): void;
  stop(): Promise<void>;
}

/**
 * What happens to data that a client sends: `swallow` drops it and the connection silently, `swallow_answer` forwards it but
 * drops the connection before the response, `cut` closes the connection on both sides.
 */
export type Fate = "pass" | "swallow" | "swallow_answer" | "cut";

interface Pair {
  client: Socket;
  server: Socket;
  isLost: boolean;
}

/**
 * Starts a proxy in front of the server of `targetUrl`.
 *
 * @param options.onSend chooses what happens to data from a client
 */
export async function startTcpProxy(
  targetUrl: string,
  options: { onSend?: (sent: string) => Fate } = {},
): Promise<TcpProxy> {
  const target = new URL(targetUrl);
  const pairs = new Set<Pair>();
  let isDown = false;
  let byteEveryMs: number | null = null;
  const server: Server = createServer((client) => {
    const pair: Pair = {
      client,
      server: tcpConnect(Number(target.port || 5432), target.hostname),
      isLost: isDown,
    };
    pairs.add(pair);
    client.on("data", (data) => {
      if (pair.isLost) return;
      const fate = options.onSend?.(data.toString("latin1")) ?? "pass";
      if (fate === "cut") client.destroy();
      else if (fate !== "pass") pair.isLost = true;
      if (fate === "pass" || fate === "swallow_answer") pair.server.write(data);
    });
    pair.server.on("data", (data) => {
      if (pair.isLost) return;
      if (byteEveryMs === null) client.write(data);
      else trickle(data, client, byteEveryMs);
    });
    const forward = (to: Socket) => () => {
      if (!pair.isLost) to.destroy();
    };
    client.on("close", forward(pair.server)).on("error", () => {});
    pair.server.on("close", forward(client)).on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(targetUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    swallow() {
      for (const pair of pairs) pair.isLost = true;
    },
    setDown(value) {
      isDown = value;
    },
    trickle(value) {
      byteEveryMs = value;
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const { client, server: onward } of pairs) {
        client.destroy();
        onward.destroy();
      }
      await closed;
    },
  };
}

function trickle(data: Buffer, client: Socket, byteEveryMs: number): void {
  let sent = 0;
  const timer = setInterval(() => {
    if (client.destroyed || sent >= data.length) clearInterval(timer);
    else client.write(data.subarray(sent, ++sent));
  }, byteEveryMs);
}

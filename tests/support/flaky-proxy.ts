import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What happens to one request. */
export type Fault =
  /** It succeeds. */
  | "pass"
  /** The connection closes before Brim receives it. */
  | "cut_before"
  /** Brim processes it, but the response is lost. */
  | "cut_after"
  /** There is no response. */
  | "hang"
  /** The proxy responds itself. */
  | { status: number; headers?: Record<string, string> };

/** A proxy between a client and Brim that injects faults. */
export interface FlakyProxy {
  url: string;
  /** Received requests, in order. */
  seen: { method: string; path: string; key: string | undefined; at: number }[];
  /** Sets the faults of the next requests, one each. */
  next(...faults: Fault[]): void;
  stop(): Promise<void>;
}

/** @param choose chooses the fault of requests without one from `next`; by default they pass */
export async function startFlakyProxy(
  targetUrl: string,
  choose: () => Fault = () => "pass",
): Promise<FlakyProxy> {
  const planned: Fault[] = [];
  const seen: FlakyProxy["seen"] = [];
  const server = createServer((incoming, outgoing) => {
    const key = incoming.headers["idempotency-key"];
    seen.push({
      method: incoming.method ?? "",
      path: incoming.url ?? "",
      key: typeof key === "string" ? key : undefined,
      at: Date.now(),
    });
    pass(targetUrl, planned.shift() ?? choose(), { incoming, outgoing });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    next: (...faults) => {
      planned.splice(0, planned.length, ...faults);
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function pass(
  targetUrl: string,
  fault: Fault,
  { incoming, outgoing }: { incoming: IncomingMessage; outgoing: ServerResponse },
): void {
  if (fault === "hang") return;
  if (fault === "cut_before") {
    incoming.socket.destroy();
    return;
  }
  if (typeof fault === "object") {
    incoming.resume();
    outgoing.writeHead(fault.status, { "content-type": "text/html", ...fault.headers }).end("<h1>Sorry</h1>");
    return;
  }
  const onward = request(
    new URL(incoming.url ?? "/", targetUrl),
    { method: incoming.method, headers: incoming.headers },
    async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      if (fault === "cut_after") incoming.socket.destroy();
      else outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(Buffer.concat(chunks));
    },
  );
  onward.on("error", () => incoming.socket.destroy());
  incoming.pipe(onward);
}

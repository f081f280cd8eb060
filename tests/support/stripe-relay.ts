import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** One request to Stripe, such as `POST /v1/invoices/:id/pay`. Ids of invoices are left out. */
export interface RelayedCall {
  name: string;
  /** `before` Stripe receives the request, or `after` it was processed and before the answer is passed on. */
  moment: "before" | "after";
}

/** A relay between Brim and the local Stripe, which can hold requests and answers back. */
export interface StripeRelay {
  url: string;
  /** Where requests go. Set it before the first one. */
  target: string;
  /** Runs at each moment of each call. The call goes on when the promise settles; it ends without an answer on `false`. */
  onCall: (call: RelayedCall) => Promise<unknown>;
  stop(): Promise<void>;
}

export async function startStripeRelay(): Promise<StripeRelay> {
  const server = createServer(async (incoming, outgoing) => {
    const { method = "GET", url = "/", headers } = incoming;
    const path = new URL(url, relay.url).pathname.replace(/\/in_\w+/, "/:id");
    const name = `${method} ${path}`;
    if ((await relay.onCall({ name, moment: "before" })) === false) return void incoming.socket.destroy();
    const onward = request(new URL(url, relay.target), { method, headers }, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      if ((await relay.onCall({ name, moment: "after" })) === false) return void incoming.socket.destroy();
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(Buffer.concat(chunks));
    });
    onward.on("error", () => incoming.socket.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const relay: StripeRelay = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: "",
    onCall: async () => undefined,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return relay;
}

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedWebhook {
  body: string;
  signature: string;
  event: {
    id: string;
    type: string;
    pending_webhooks: number;
    api_version: string;
    data: { object: { id: string } };
  };
}

export interface WebhookReceiver {
  url: string;
  received: ReceivedWebhook[];
  /** Chooses the status of each response; default 200. */
  respondWith(choose: (webhook: ReceivedWebhook, earlier: number) => number | Promise<number>): void;
  /** Waits for `count` matching webhooks, and returns them. */
  waitFor(count: number, matches?: (webhook: ReceivedWebhook) => boolean): Promise<ReceivedWebhook[]>;
  stop(): Promise<void>;
}

/** An HTTP server that receives webhooks and stores them byte for byte. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  let choose: (webhook: ReceivedWebhook, earlier: number) => number | Promise<number> = () => 200;
  let arrived: () => void = () => undefined;

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const webhook = {
        body,
        signature: String(request.headers["stripe-signature"]),
        event: JSON.parse(body),
      };
      const earlier = received.filter((other) => other.event.id === webhook.event.id).length;
      received.push(webhook);
      const status = await choose(webhook, earlier);
      response.writeHead(status, status >= 300 && status < 400 ? { Location: "/elsewhere" } : {}).end("ok");
      arrived();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    received,
    respondWith: (next) => {
      choose = next;
    },
    waitFor: async (count, matches = () => true) => {
      for (;;) {
        const found = received.filter(matches);
        if (found.length >= count) return found;
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

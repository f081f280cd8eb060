import { randomUUID } from "node:crypto";
import { throughput } from "../measure";
import { KeepAliveConnection } from "./keep-alive-connection";
import type { LoadOrder, LoadResult } from "./load-generator";

/** The load generator process: receives an order and returns a result. */
process.on("message", (order: LoadOrder) => {
  carryOut(order).then(
    (result) => process.send?.(result),
    (error: Error) => process.send?.({ error: error.message } satisfies LoadResult),
  );
});
process.once("disconnect", () => process.exit(0));

async function carryOut(order: LoadOrder): Promise<LoadResult> {
  const { host, hostname, port } = new URL(order.url);
  const idle = await Promise.all(
    Array.from({ length: order.connections }, () => KeepAliveConnection.open(hostname, Number(port))),
  );
  try {
    const perSecond = await throughput(order.connections, order.ms, async () => {
      const connection = idle.pop() as KeepAliveConnection;
      const status = await connection.send(order.apiKey ? chargeRequest(host, order) : healthRequest(host));
      if (status !== 200) throw new Error(`The server returned ${status}.`);
      idle.push(connection);
      return 1;
    });
    return { perSecond };
  } finally {
    for (const connection of idle) connection.close();
  }
}

function chargeRequest(host: string, { apiKey, customerIds }: LoadOrder): string {
  const customerId = customerIds[Math.floor(Math.random() * customerIds.length)];
  const body = `{"customer_id":"${customerId}","amount_usd":"0.000001","idempotency_key":"${randomUUID()}"}`;
  return (
    `POST /api/v1/usage/charges HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${apiKey}\r\n` +
    `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  );
}

function healthRequest(host: string): string {
  return `GET /api/v1/health HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
}

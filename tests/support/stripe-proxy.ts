import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onFileEnd } from "./file-resources";

/** Stands between Brim and the sandbox, and answers what the sandbox does not know. */
export interface StripeProxy {
  url: string;
  /** Where everything else goes: the sandbox, which starts later. */
  target: string;
  /** Objects by their path, such as `/v1/radar/early_fraud_warnings/issfr_1`. */
  objects: Map<string, () => Promise<object>>;
  stop(): Promise<void>;
}

export async function startStripeProxy(): Promise<StripeProxy> {
  const objects: StripeProxy["objects"] = new Map();
  const server = createServer(async (request, response) => {
    const { method = "GET", url = "/", headers } = request;
    const make = objects.get(new URL(url, "http://stripe").pathname);
    if (make) {
      response.setHeader("content-type", "application/json").end(JSON.stringify(await make()));
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { host: _host, connection: _connection, "content-length": _length, ...rest } = headers;
    const answer = await fetch(`${proxy.target}${url}`, {
      method,
      headers: rest as Record<string, string>,
      ...(method !== "GET" && { body: Buffer.concat(chunks) }),
    });
    response.statusCode = answer.status;
    for (const name of ["content-type", "request-id", "stripe-should-retry"]) {
      const value = answer.headers.get(name);
      if (value) response.setHeader(name, value);
    }
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
  const forget = onFileEnd("the proxy before the sandbox", stop);
  const proxy: StripeProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: "",
    objects,
    async stop() {
      server.closeAllConnections();
      await stop();
      forget();
    },
  };
  return proxy;
}

import { createServer } from "node:http";
import { listenerFor } from "@/lib/http/doors";
import { publicRoute, usageRoute } from "@/lib/http/route";
import { chargeBody } from "@/lib/http/routes/charge-bodies";

/** Serves an empty handler twice: without the request pipeline, and behind the pipeline of a charge. */
const facts = {
  operationId: "bench",
  summary: "Nothing",
  tag: "Service",
  description: "Nothing",
  answer: null,
} as const;

const listener = listenerFor([
  publicRoute({ ...facts, method: "GET", path: "/api/v1/health" }, async () => ({ body: { status: "ok" } })),
  usageRoute(
    {
      ...facts,
      method: "POST",
      path: "/api/v1/usage/charges",
      scope: "usage:write",
      body: chargeBody,
      takesIdempotencyKey: true,
    },
    async () => ({ body: { status: "ok" } }),
  ),
]);

const server = createServer({ keepAliveTimeout: 65_000 }, listener);
server.listen(Number(process.env.PORT), "127.0.0.1", () => process.send?.({ type: "ready" }));

process.once("disconnect", () => process.exit(1));

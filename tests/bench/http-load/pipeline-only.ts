import { createServer } from "node:http";
import { z } from "zod";
import { createApiListener } from "@/lib/http/adapters/node";
import { chargeBody } from "@/lib/http/charges";
import { publicRoute, usageRoute } from "@/lib/http/route";

/** Serves an empty handler twice: without the request pipeline, and behind the pipeline of a charge. */
const options = {
  operationId: "bench",
  summary: "Nothing",
  tag: "Service",
  description: "Nothing",
  response: z.object({}),
} as const;

const listener = createApiListener([
  publicRoute({ ...options, method: "GET", path: "/api/v1/health" }, async () => ({ status: "ok" })),
  usageRoute(
    {
      ...options,
      method: "POST",
      path: "/api/v1/usage/charges",
      scope: "usage:write",
      body: chargeBody,
      takesIdempotencyKey: true,
    },
    async () => ({ status: "ok" }),
  ),
]);

const server = createServer({ keepAliveTimeout: 65_000 }, listener);
server.listen(Number(process.env.PORT), "127.0.0.1", () => process.send?.({ type: "ready" }));

process.once("disconnect", () => process.exit(1));

import { z } from "zod";
import { METRICS_TYPE, metricsText } from "@/lib/monitoring";
import { operatorRoute, reply } from "./route";

export const getMetrics = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/metrics",
    operationId: "getMetrics",
    tag: "Service",
    summary: "Get metrics for Prometheus",
    description:
      "Metrics of this process: request durations by operation and status, and resource usage. Metrics of the installation: inconsistent balances, stuck top-ups, failed events, waiting jobs, open alerts.",
    response: z.string().meta({
      description: "Metrics in the Prometheus text format.",
      examples: ["# TYPE brim_stuck_top_ups gauge\nbrim_stuck_top_ups 0\n"],
    }),
    responseType: "text/plain",
  },
  async () => reply(await metricsText(new Date()), { contentType: METRICS_TYPE }),
);

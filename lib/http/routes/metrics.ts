import { z } from "zod";
import { METRICS_TYPE, metricsText } from "@/lib/monitoring";
import { operatorRoute } from "../route";

const metricsAnswer = z.string().meta({
  description: "Prometheus' text format.",
  examples: ["# TYPE brim_stuck_top_ups gauge\nbrim_stuck_top_ups 0\n"],
});

export const getMetrics = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/metrics",
    operationId: "getMetrics",
    tag: "Service",
    summary: "Read metrics for Prometheus",
    description:
      "Of this process: how long requests took, by operation and status, and its resources. Of the installation: balances that do not add up, stuck top-ups, failed events, waiting jobs, open alerts.",
    answer: metricsAnswer,
    answerType: "text/plain",
  },
  async () => ({ body: await metricsText(new Date()), textType: METRICS_TYPE }),
);

import { z } from "zod";
import { readReadiness } from "@/lib/monitoring";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { publicRoute } from "../route";

const PROBLEMS = {
  migrations_missing: "Migrations are missing: run npm run db:migrate.",
  no_worker: "No worker is running.",
} as const;

function statusAnswer(status: string, id: string) {
  return z
    .strictObject({
      status: z.literal(status).meta({ description: "The only value: anything else is an error." }),
    })
    .meta({ id, description: "All is well." });
}

export const getHealth = publicRoute(
  {
    method: "GET",
    path: "/api/v1/health",
    operationId: "getHealth",
    tag: "Service",
    summary: "Say that the process is up",
    description: "Asks nothing else: for a supervisor that restarts what does not answer.",
    answer: statusAnswer("up", "Health"),
  },
  async () => ({ body: { status: "up" } }),
);

export const getReady = publicRoute(
  {
    method: "GET",
    path: "/api/v1/ready",
    operationId: "getReady",
    tag: "Service",
    summary: "Say whether database, migrations and a worker are there",
    description:
      "503 when the database does not answer, migrations are missing, or no worker was heard for a minute. What it says is up to a second old.",
    answer: statusAnswer("ready", "Readiness"),
    refusals: ["service_unavailable"],
  },
  async () => {
    const problem = await readReadiness();
    if (problem) throw new ServiceUnavailableError(PROBLEMS[problem]);
    return { body: { status: "ready" } };
  },
);

import { z } from "zod";
import { readReadiness } from "@/lib/monitoring";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { publicRoute } from "./route";

function statusResponse(status: string, id: string) {
  return z
    .strictObject({
      status: z.literal(status).meta({ description: "Always this value: anything else is an error." }),
    })
    .meta({ id, description: "The service is healthy." });
}

export const getHealth = publicRoute(
  {
    method: "GET",
    path: "/api/v1/health",
    operationId: "getHealth",
    tag: "Service",
    summary: "Check that the process is up",
    description: "Checks nothing else. Use it as a liveness probe.",
    response: statusResponse("up", "Health"),
  },
  async () => ({ status: "up" }),
);

export const getReady = publicRoute(
  {
    method: "GET",
    path: "/api/v1/ready",
    operationId: "getReady",
    tag: "Service",
    summary: "Check the database, its migrations and the worker",
    description:
      "503 if the database is unreachable, migrations are missing, or no worker has reported for a minute. The result may be up to one second old.",
    response: statusResponse("ready", "Readiness"),
    errors: ["service_unavailable"],
  },
  async () => {
    await requireReadiness();
    return { status: "ready" };
  },
);

const PROBLEMS = {
  migrations_missing: "Database migrations are missing. Run `npm run db:migrate`.",
  no_worker: "No worker is running.",
} as const;

async function requireReadiness(): Promise<void> {
  const problem = await readReadiness();
  if (problem) throw new ServiceUnavailableError(PROBLEMS[problem]);
}

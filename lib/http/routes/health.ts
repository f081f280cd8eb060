import { z } from "zod";
import { env } from "@/lib/platform/env";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { readWorkerAgeMs } from "@/lib/platform/jobs";
import { pendingMigrations } from "@/lib/platform/migrations";
import { publicRoute } from "../route";

/** A worker that was silent for longer counts as away. */
const MAX_WORKER_AGE_MS = 60_000;

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
      "503 when the database does not answer, migrations are missing, or no worker was heard for a minute.",
    answer: statusAnswer("ready", "Readiness"),
    refusals: ["service_unavailable"],
  },
  async () => {
    const pending = await pendingMigrations({ databaseUrl: env().DATABASE_URL });
    if (pending.length > 0)
      throw new ServiceUnavailableError("Migrations are missing: run npm run db:migrate.");
    const ageMs = await readWorkerAgeMs(new Date());
    if (ageMs === null || ageMs > MAX_WORKER_AGE_MS)
      throw new ServiceUnavailableError("No worker is running.");
    return { body: { status: "ready" } };
  },
);

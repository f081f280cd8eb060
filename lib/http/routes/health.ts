import { env } from "@/lib/platform/env";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { readWorkerAgeMs } from "@/lib/platform/jobs";
import { pendingMigrations } from "@/lib/platform/migrations";
import { publicRoute } from "../route";

/** A worker that was silent for longer counts as away. */
const MAX_WORKER_AGE_MS = 60_000;

export const getHealth = publicRoute(
  { method: "GET", path: "/api/v1/health", operationId: "getHealth", summary: "Say that the process is up" },
  async () => ({ body: { status: "up" } }),
);

export const getReady = publicRoute(
  {
    method: "GET",
    path: "/api/v1/ready",
    operationId: "getReady",
    summary: "Say whether database, migrations and a worker are there",
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

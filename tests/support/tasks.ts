import { pool } from "@/lib/platform/db";
import { runDueTasks } from "@/lib/platform/jobs";
import { CARD_TASKS } from "@/lib/top-ups";

/** Does what is queued, as a worker would: also what failed before and waits for its next try. */
export async function runTasks(): Promise<void> {
  await pool().query("UPDATE graphile_worker._private_jobs SET run_at = now() WHERE run_at > now()");
  await runDueTasks(CARD_TASKS);
}

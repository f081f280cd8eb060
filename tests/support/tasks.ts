import { AUTO_TOP_UP_TASKS } from "@/lib/auto-charge";
import { MAIL_TASKS } from "@/lib/customer-mail";
import { FRAUD_WARNING_TASKS } from "@/lib/disputes";
import { pool } from "@/lib/platform/db";
import { runDueTasks } from "@/lib/platform/jobs";
import { REFUND_TASKS } from "@/lib/refunds";
import { CARD_TASKS } from "@/lib/top-ups";

/** Runs all queued jobs, including failed ones that wait for a retry. */
export async function runTasks(): Promise<void> {
  await pool().query("UPDATE graphile_worker._private_jobs SET run_at = now() WHERE run_at > now()");
  await runDueTasks([
    ...CARD_TASKS,
    ...REFUND_TASKS,
    ...FRAUD_WARNING_TASKS,
    ...AUTO_TOP_UP_TASKS,
    ...MAIL_TASKS,
  ]);
}

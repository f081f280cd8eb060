import { Prisma, type Tx } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

/** The task that evaluates a customer's rule. The SQL of charges, holds and captures enqueues it as well. */
export const EVALUATE_AUTO_TOP_UP = "evaluate-auto-top-up";

/** Enqueues the evaluation of a customer's rule. It runs after the transaction commits. */
export async function wakeAutoTopUp(tx: Tx, customerId: CustomerId): Promise<void> {
  await tx.$queryRaw(Prisma.sql`
    SELECT 1 AS one FROM graphile_worker.add_job(
      ${EVALUATE_AUTO_TOP_UP}::text, ${JSON.stringify({ customerId })}::json,
      job_key := ${`auto-top-up:${customerId}`}::text
    )`);
}

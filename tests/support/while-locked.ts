import type { CustomerId } from "@/lib/platform/ids";
import { connectClient, WITHOUT_TIME_LIMITS } from "@/lib/platform/postgres";

/** Holds a lock on a customer's row while `work` runs, like a transaction of another process. */
export async function whileLocked(customerId: CustomerId, work: () => Promise<void>): Promise<void> {
  const client = await connectClient(process.env.DATABASE_URL ?? "", {
    applicationName: "lock-holder",
    sessionSettings: WITHOUT_TIME_LIMITS,
  });
  try {
    await client.query("BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0");
    await client.query("SELECT 1 FROM ledger_account WHERE customer_id = $1 FOR UPDATE", [customerId]);
    await work();
  } finally {
    await client.query("COMMIT");
    await client.end();
  }
}

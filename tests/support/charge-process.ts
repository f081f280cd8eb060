// Runs a customer's auto top-up as the task does, in a process of its own, for tests that kill it.
import { runAutoTopUp } from "@/lib/auto-charge";
import { closeDatabase } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

await runAutoTopUp(process.env.CUSTOMER_ID as CustomerId, new Date());
await closeDatabase();

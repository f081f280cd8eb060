import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { describeRepair, type RepairRequest, repairCustomerAccount, unfreezeCustomer } from "@/lib/customers";
import { type AccountRepair, isRepairNeeded } from "@/lib/ledger";
import { closeDatabase, isDatabaseUnavailable } from "@/lib/platform/db";
import { AppError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";

const USAGE = "Usage: npm run ledger:repair -- --customer cust_… --reason TEXT [--dry-run] [--unfreeze]";

interface Arguments extends RepairRequest {
  isUnfreezing: boolean;
}

/**
 * `npm run ledger:repair`: recomputes a customer's balance, held amount and last sequence number from its transfers and open
 * holds. Needs no setting but DATABASE_URL, and works while Brim is running.
 *
 * @returns the exit code: 0 done, 1 refused, 2 not attempted
 */
async function main(): Promise<0 | 1 | 2> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  const request = readArguments();
  if (!request) return refuse(USAGE, 2);
  if (!process.env.DATABASE_URL)
    return refuse("DATABASE_URL is not set. Set it to the database to repair.", 2);
  try {
    return await repair(request);
  } catch (error) {
    if (error instanceof AppError) return refuse(error.message, 1);
    if (isDatabaseUnavailable(error)) return refuse("The database cannot be reached.", 2);
    return refuse(`The account could not be repaired: ${error instanceof Error ? error.message : error}`, 2);
  } finally {
    await closeDatabase();
  }
}

async function repair({ isUnfreezing, ...request }: Arguments): Promise<0> {
  const repaired = await repairCustomerAccount(request, new Date());
  console.log(describe(request, repaired));
  if (repaired.status !== "frozen") return 0;
  if (isUnfreezing && !request.isDryRun) {
    await unfreezeCustomer(null, request);
    console.log("The account was unfrozen.");
  } else
    console.log(`The account is frozen${isUnfreezing ? " and would be unfrozen" : " and stays frozen"}.`);
  return 0;
}

function describe({ customerId, isDryRun }: RepairRequest, repaired: AccountRepair): string {
  if (!isRepairNeeded(repaired)) return `${customerId}: nothing to repair.`;
  return `${customerId}: ${isDryRun ? "would change" : "changed"} ${describeRepair(repaired)}.`;
}

/** Returns null when the arguments are invalid. A dry run needs no reason. */
function readArguments(): Arguments | null {
  try {
    const { values } = parseArgs({
      options: {
        customer: { type: "string" },
        reason: { type: "string", default: "" },
        "dry-run": { type: "boolean", default: false },
        unfreeze: { type: "boolean", default: false },
      },
    });
    const { customer, reason, "dry-run": isDryRun, unfreeze: isUnfreezing } = values;
    if (!customer || (reason.trim() === "" && !isDryRun)) return null;
    return { customerId: customer as CustomerId, reason: reason.trim(), isDryRun, isUnfreezing };
  } catch {
    return null;
  }
}

function refuse(reason: string, code: 1 | 2): 1 | 2 {
  console.error(reason);
  return code;
}

process.exitCode = await main();

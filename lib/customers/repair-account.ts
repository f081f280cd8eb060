import { type AccountRepair, isRepairNeeded, repairAccount } from "@/lib/ledger";
import { recordAction } from "@/lib/operator-actions";
import { resolveAlerts } from "@/lib/platform/alerts";
import { inTransaction, withTransaction } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

/** Whose account is to be put right, and why. */
export interface RepairRequest {
  customerId: CustomerId;
  reason: string;
  /** Only says what would be changed. */
  isDryRun: boolean;
}

/**
 * Puts an account's numbers back to what its transfers and open holds say, writes down that it was done and why, and
 * resolves the alert. A frozen account stays frozen. Where nothing is wrong, nothing is written.
 *
 * @throws UnknownCustomerError there is no such account
 * @throws ContradictoryTransfersError the transfers themselves are wrong: only a backup helps
 */
export function repairCustomerAccount(
  { customerId, reason, isDryRun }: RepairRequest,
  now: Date,
): Promise<AccountRepair> {
  return withTransaction(async (tx) => {
    const repair = await repairAccount(tx, customerId, { isDryRun });
    if (isDryRun) return repair;
    if (isRepairNeeded(repair)) {
      const action = { verb: "repair_account", by: null, subjectId: customerId, customerId } as const;
      await recordAction(tx, { ...action, reason: `${reason} (${describeRepair(repair)})` });
    }
    await resolveAlerts(inTransaction(tx), customerId, "ledger_broken", now);
    return repair;
  });
}

/** The numbers that change, in one line. Amounts are in nanos, as the columns have them. */
export function describeRepair({ before, after }: AccountRepair): string {
  const changes = [
    ["balance_nanos", before.balance, after.balance],
    ["held_nanos", before.held, after.held],
    ["last_seq", before.lastSeq, after.lastSeq],
  ] as const;
  return changes
    .filter(([, from, to]) => from !== to)
    .map(([name, from, to]) => `${name} from ${from} to ${to}`)
    .join(", ");
}

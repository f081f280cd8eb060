import { type AccountRepair, isRepairNeeded, repairAccount } from "@/lib/ledger";
import { recordAction } from "@/lib/operator-actions";
import { resolveAlerts } from "@/lib/platform/alerts";
import { inTransaction, withTransaction } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

export interface RepairRequest {
  customerId: CustomerId;
  reason: string;
  /** Computes the repair without writing it. */
  isDryRun: boolean;
}

/**
 * Recomputes an account's balance, held amount and sequence number from its transfers and open holds, records the reason,
 * and resolves the alert. A frozen account stays frozen. Writes nothing when the account is correct.
 *
 * @throws UnknownCustomerError the account does not exist
 * @throws ContradictoryTransfersError the transfers themselves are wrong; restore a backup
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

/** Describes the repair in one line. Amounts are in nanos. */
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

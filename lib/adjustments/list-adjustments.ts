import { readTransfers } from "@/lib/ledger";
import { type Nanos, nanos } from "@/lib/money";
import { listActions } from "@/lib/operator-actions";
import type { ApiKeyId, CustomerId, TransferId } from "@/lib/platform/ids";

export interface Adjustment {
  transferId: TransferId;
  customerId: CustomerId;
  /** Signed. */
  amount: Nanos;
  balanceAfter: Nanos;
  reason: string;
  apiKeyId: ApiKeyId | null;
  createdAt: Date;
}

/** One page of adjustments, newest first. */
export interface AdjustmentPage {
  adjustments: Adjustment[];
  /** What to ask for as `before` to read on; null on the last page. */
  nextBefore: string | null;
}

/**
 * Lists the adjustments of all customers or of one. Finds them through the operator's actions, because an index on the ledger
 * would slow down every charge.
 */
export async function listAdjustments(options: {
  customerId?: CustomerId | undefined;
  before?: string | undefined;
  limit: number;
}): Promise<AdjustmentPage> {
  const { actions, nextBefore } = await listActions({ ...options, verb: "adjust_balance" });
  const transfers = await readTransfers(
    actions.map(({ customerId, subjectId }) => ({
      customerId: customerId as CustomerId,
      transferId: subjectId,
    })),
  );
  const adjustments = actions.map(({ subjectId, customerId, reason, apiKeyId }) => {
    const transfer = transfers.get(subjectId);
    if (!transfer) throw new Error(`The adjustment ${subjectId} is not in the ledger.`);
    return {
      transferId: subjectId as TransferId,
      customerId: customerId as CustomerId,
      amount: transfer.direction === "credit" ? transfer.amount : nanos(-transfer.amount),
      balanceAfter: transfer.balanceAfter,
      reason: reason ?? "",
      apiKeyId: apiKeyId as ApiKeyId | null,
      createdAt: transfer.createdAt,
    };
  });
  return { adjustments, nextBefore };
}

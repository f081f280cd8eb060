import { readTransfers } from "@/lib/ledger";
import { type Nanos, nanos } from "@/lib/money";
import { listActions } from "@/lib/operator-actions";
import type { ApiKeyId, CustomerId, TransferId } from "@/lib/platform/ids";
import type { Page, PageRequest } from "@/lib/platform/paging";

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

/**
 * Lists the adjustments of all customers or of one. Finds them through the operator's actions, because an index on the ledger
 * would slow down every charge.
 */
export async function listAdjustments(
  options: PageRequest & { customerId?: CustomerId | undefined },
): Promise<Page<Adjustment>> {
  const { items: actions, nextBefore } = await listActions({ ...options, verb: "adjust_balance" });
  const transfers = await readTransfers(
    actions.map(({ customerId, subjectId }) => ({
      customerId: customerId as CustomerId,
      transferId: subjectId,
    })),
  );
  const items = actions.map(({ subjectId, customerId, reason, apiKeyId }) => {
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
  return { items, nextBefore };
}

import { type Nanos, nanos } from "@/lib/money";
import { prisma } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import type { TransferKind } from "./kinds";

/** A transfer that a top-up, a refund or a dispute made. */
export interface SourceTransfer {
  transferId: string;
  kind: TransferKind;
  sourceId: string;
  /** What it added to the balance; negative when it was taken from it. */
  change: Nanos;
  balanceAfter: Nanos;
  occurredAt: Date;
  createdAt: Date;
}

/** Lists the transfers of some sources, oldest first. */
export async function listTransfersOf(
  customerId: CustomerId,
  sources: readonly { type: "topup" | "stripe_refund" | "dispute"; id: string }[],
): Promise<SourceTransfer[]> {
  const rows = await prisma().ledgerTransfer.findMany({
    where: { customerId, OR: sources.map(({ type, id }) => ({ sourceType: type, sourceId: id })) },
    orderBy: { seq: "asc" },
  });
  return rows.map((row) => ({
    transferId: row.transferId,
    kind: row.kind as TransferKind,
    sourceId: row.sourceId,
    change: nanos(row.direction === "credit" ? row.amountNanos : -row.amountNanos),
    balanceAfter: nanos(row.balanceAfterNanos),
    occurredAt: row.occurredAt,
    createdAt: row.createdAt,
  }));
}

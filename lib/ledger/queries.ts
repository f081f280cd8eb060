import { type Nanos, nanos } from "@/lib/money";
import { prisma } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import type { Direction, TransferKind } from "./kinds";

/** What a customer has. `available` is what can be spent: the balance less what is held. */
export interface Balance {
  balance: Nanos;
  held: Nanos;
  available: Nanos;
  status: "active" | "frozen" | "closed";
}

/** Reads a balance: one row, always exact. */
export async function readBalance(customerId: CustomerId): Promise<Balance> {
  const account = await prisma().ledgerAccount.findUniqueOrThrow({ where: { customerId } });
  return {
    balance: nanos(account.balanceNanos),
    held: nanos(account.heldNanos),
    available: nanos(account.balanceNanos - account.heldNanos),
    status: account.status as Balance["status"],
  };
}

/** A transfer as it is shown to its customer. */
export interface TransferRecord {
  transferId: string;
  seq: bigint;
  kind: TransferKind;
  direction: Direction;
  amount: Nanos;
  balanceAfter: Nanos;
  source: { type: string; id: string };
  description: string | null;
  occurredAt: Date;
  createdAt: Date;
}

/** The newest transfers of a customer, newest first. */
export async function listRecentTransfers(customerId: CustomerId, limit: number): Promise<TransferRecord[]> {
  const rows = await prisma().ledgerTransfer.findMany({
    where: { customerId },
    orderBy: { seq: "desc" },
    take: limit,
  });
  return rows.map((row) => ({
    transferId: row.transferId,
    seq: row.seq,
    kind: row.kind as TransferKind,
    direction: row.direction as Direction,
    amount: nanos(row.amountNanos),
    balanceAfter: nanos(row.balanceAfterNanos),
    source: { type: row.sourceType, id: row.sourceId },
    description: row.description,
    occurredAt: row.occurredAt,
    createdAt: row.createdAt,
  }));
}

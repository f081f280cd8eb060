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

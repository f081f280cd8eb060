import { type Nanos, nanos } from "@/lib/money";
import { prisma } from "@/lib/platform/db";
import { NotFoundError } from "@/lib/platform/errors";
import type { CustomerId, HoldId } from "@/lib/platform/ids";

/** The status of a hold. A CHECK in the database has the same list. */
export const HOLD_STATUSES = ["open", "captured", "released", "expired"] as const;
export type HoldStatus = (typeof HOLD_STATUSES)[number];

/** An amount that is or was reserved. */
export interface Hold {
  holdId: HoldId;
  customerId: CustomerId;
  status: HoldStatus;
  amount: Nanos;
  /** The amount that was charged at capture. */
  captured: Nanos | null;
  /** `operator`, the customer's id, or `system`. */
  openedBy: string;
  expiresAt: Date | null;
  createdAt: Date;
}

/**
 * Reads a hold of a customer.
 * @throws NotFoundError the customer has no such hold
 */
export async function readHold(customerId: CustomerId, holdId: string): Promise<Hold> {
  const row = await prisma().ledgerHold.findUnique({ where: { customerId_holdId: { customerId, holdId } } });
  if (!row) throw new NotFoundError("hold");
  return {
    holdId: row.holdId as HoldId,
    customerId,
    status: row.status as HoldStatus,
    amount: nanos(row.amountNanos),
    captured: row.capturedNanos === null ? null : nanos(row.capturedNanos),
    openedBy: row.openedBy,
    expiresAt: row.expiresAt,
    createdAt: row.createdAt,
  };
}

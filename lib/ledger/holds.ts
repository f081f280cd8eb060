import { type Nanos, nanos } from "@/lib/money";
import { prisma } from "@/lib/platform/db";
import { NotFoundError } from "@/lib/platform/errors";
import type { CustomerId, HoldId } from "@/lib/platform/ids";

/** How a hold stands; the database says the same. */
export const HOLD_STATUSES = ["open", "captured", "released", "expired"] as const;
export type HoldStatus = (typeof HOLD_STATUSES)[number];

/** Money that is reserved, or was. */
export interface Hold {
  holdId: HoldId;
  customerId: CustomerId;
  status: HoldStatus;
  amount: Nanos;
  /** What was charged when it was captured. */
  captured: Nanos | null;
  /** `operator`, the customer's id, or `system`. */
  openedBy: string;
  expiresAt: Date | null;
  createdAt: Date;
}

/**
 * Reads a hold of a customer.
 * @throws NotFoundError there is none, or it is another customer's
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

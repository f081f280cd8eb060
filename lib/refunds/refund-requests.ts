import { releaseUnspent } from "@/lib/ledger";
import { type Prisma, prisma, type Tx } from "@/lib/platform/db";
import type { CustomerId, RefundRequestId } from "@/lib/platform/ids";

/** A row of `refund_request`. */
export type RefundRequest = Prisma.RefundRequestGetPayload<object>;

/** Which request, together with its customer. */
export interface RefundRequestRef {
  customerId: CustomerId;
  refundRequestId: RefundRequestId;
}

/** Under this name a refund at Stripe carries the request that it answers. */
export const REQUEST_METADATA = "refund_request_id";

export function requestRefOf(row: { customerId: string; refundRequestId: string }): RefundRequestRef {
  return {
    customerId: row.customerId as CustomerId,
    refundRequestId: row.refundRequestId as RefundRequestId,
  };
}

export function findRefundRequest(
  { customerId, refundRequestId }: RefundRequestRef,
  db: Pick<Tx, "refundRequest"> = prisma(),
): Promise<RefundRequest | null> {
  return db.refundRequest.findUnique({
    where: { customerId_refundRequestId: { customerId, refundRequestId } },
  });
}

/**
 * Marks a request as answered by a refund at Stripe and releases its hold, in the transaction that posts the refund. A
 * second time changes nothing.
 */
export async function markSubmitted(tx: Tx, ref: RefundRequestRef, stripeRefundId: string): Promise<void> {
  const request = await findRefundRequest(ref, tx);
  if (!request || request.status === "submitted") return;
  await closeRequest(tx, request, { status: "submitted", stripeRefundId, failureCode: null });
}

/**
 * Marks a request that Stripe has refused for good and releases its hold.
 *
 * @returns false when the request was answered before; it stays as it is
 */
export async function markFailed(tx: Tx, ref: RefundRequestRef, failureCode: string): Promise<boolean> {
  const request = await findRefundRequest(ref, tx);
  if (request?.status !== "pending") return false;
  await closeRequest(tx, request, { status: "failed", failureCode });
  return true;
}

async function closeRequest(
  tx: Tx,
  request: RefundRequest,
  outcome: Prisma.RefundRequestUncheckedUpdateInput,
): Promise<void> {
  const { customerId, refundRequestId } = requestRefOf(request);
  await tx.refundRequest.update({
    where: { customerId_refundRequestId: { customerId, refundRequestId } },
    data: outcome,
  });
  if (request.holdId) await releaseUnspent(tx, customerId, request.holdId);
}

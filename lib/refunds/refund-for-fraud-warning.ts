import { readUnspent } from "@/lib/ledger";
import type { Tx } from "@/lib/platform/db";
import { hashRequest } from "@/lib/platform/request-hash";
import type { ReversedTopUp } from "@/lib/reversals";
import { refOf } from "@/lib/top-ups";
import { NotRefundableError } from "./errors";
import { insertRequest } from "./insert-request";
import type { RefundRequest } from "./refund-requests";

/**
 * Refunds a top-up after a fraud warning, if all of it is unspent. One warning refunds once. A task then asks Stripe.
 *
 * @param topUp the row as it is now; this transaction has locked it
 * @returns null when it was done before, or a part of it is spent or refunded, so that a person has to decide
 */
export async function refundForFraudWarning(
  tx: Tx,
  topUp: ReversedTopUp,
  warningId: string,
): Promise<RefundRequest | null> {
  const { customerId } = refOf(topUp);
  const unspent = await readUnspent(tx, customerId);
  if (!topUp.creditedAt || topUp.reversedNanos !== 0n || unspent === null || unspent < topUp.creditedNanos) {
    return null;
  }
  const key = { customerId, idempotencyOwner: "system", idempotencyKey: warningId };
  // The lock on the top-up makes this check sufficient.
  if ((await tx.refundRequest.count({ where: key })) > 0) return null;
  try {
    return await insertRequest(tx, topUp, {
      requestedBy: "fraud_warning",
      amount: null,
      owner: key.idempotencyOwner,
      key: key.idempotencyKey,
      requestHash: hashRequest(["fraud_warning", warningId]),
    });
  } catch (error) {
    // Disputed in a currency that cannot be converted, or a refund that was asked for before is not known yet.
    if (error instanceof NotRefundableError) return null;
    throw error;
  }
}

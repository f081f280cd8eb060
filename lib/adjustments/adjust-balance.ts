import { idempotencyOwner, type OperatorActor } from "@/lib/auth";
import { adjust, type PostedAdjustment } from "@/lib/ledger";
import type { Nanos } from "@/lib/money";
import { recordAction } from "@/lib/operator-actions";
import { inTransaction, withCustomerTransaction } from "@/lib/platform/db";
import { type CustomerId, newId } from "@/lib/platform/ids";
import { hashRequest } from "@/lib/platform/request-hash";

export interface AdjustBalance {
  customerId: CustomerId;
  /** Signed. At most a million dollars either way. */
  amount: Nanos;
  /** Shown to the customer in its activity. */
  reason: string;
  idempotencyKey: string;
  /** Whether the available balance may become negative. */
  allowOverdraft: boolean;
}

/**
 * Raises or lowers a balance by the operator's hand, one key only once. The ledger's row carries key, reason and who did
 * it; a line in the list of the operator's actions is written with it.
 *
 * @throws InsufficientBalanceError it would leave less than nothing available, and overdraft was not allowed
 * @throws AccountNotActiveError the account is closed · UnknownCustomerError there is no such customer
 * @throws IdempotencyConflictError the key was used for another request
 */
export async function adjustBalance(by: OperatorActor, input: AdjustBalance): Promise<PostedAdjustment> {
  const { customerId, amount, reason, idempotencyKey, allowOverdraft } = input;
  return withCustomerTransaction(customerId, async (tx) => {
    const posted = await adjust(inTransaction(tx), {
      customerId,
      transferId: newId("transfer"),
      amount,
      mayOverdraw: allowOverdraft,
      owner: idempotencyOwner(by),
      key: idempotencyKey,
      requestHash: hashRequest(["adjustment", customerId, amount.toString(), reason, allowOverdraft]),
      reason,
      apiKeyId: by.apiKeyId,
    });
    if (!posted.isReplay) {
      await recordAction(tx, {
        verb: "adjust_balance",
        by,
        subjectId: posted.transferId,
        customerId,
        reason,
      });
    }
    return posted;
  });
}

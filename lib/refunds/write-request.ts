import { isDuplicate, isKeyTaken, prisma, type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { IdempotencyConflictError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { lockReversedTopUp, type ReversedTopUp } from "@/lib/reversals";
import { refOf } from "@/lib/top-ups";
import { NotRefundableError } from "./errors";
import { insertRequest, type NewRequest } from "./insert-request";
import { type RefundRequest, requestRefOf } from "./refund-requests";
import { submitRefund } from "./submit-refund";

/** A refund that was asked for. */
export interface RequestedRefund {
  request: RefundRequest;
  /** True when the idempotency key was known and this is the earlier request. */
  isReplay: boolean;
}

/** The unique key of a request's idempotency key. */
const KEY_CONSTRAINT = "refund_request_customer_id_idempotency_owner_idempotency_ke_key";

/**
 * Writes a request unless its key is known, then asks Stripe.
 *
 * @param prepare runs first in the transaction, with the top-up locked: it checks, or writes what belongs to the request
 */
export async function requestOnce(
  ref: { customerId: CustomerId; topUpIntentId: string },
  wanted: NewRequest,
  prepare: (tx: Tx, topUp: ReversedTopUp) => Promise<void>,
): Promise<RequestedRefund> {
  const known = await findByKey(ref.customerId, wanted);
  if (known) return { request: await submitRefund(requestRefOf(known)), isReplay: true };
  let request: RefundRequest;
  try {
    request = await withCustomerTransaction(ref.customerId, async (tx) => {
      const topUp = await lockReversedTopUp(tx, refOf(ref));
      await prepare(tx, topUp);
      return insertRequest(tx, topUp, wanted);
    });
  } catch (error) {
    const rival = await findRival(ref.customerId, wanted, error);
    return { request: await submitRefund(requestRefOf(rival)), isReplay: true };
  }
  return { request: await submitRefund(requestRefOf(request)), isReplay: false };
}

/**
 * Finds the request that came at the same time under the same key: it made this one fail, or left nothing to refund.
 *
 * @throws IdempotencyConflictError the key names something else
 */
async function findRival(customerId: CustomerId, wanted: NewRequest, error: unknown): Promise<RefundRequest> {
  if (isKeyTaken(error)) throw new IdempotencyConflictError();
  const isLate = isDuplicate(error, [KEY_CONSTRAINT]) || error instanceof NotRefundableError;
  const rival = isLate ? await findByKey(customerId, wanted) : null;
  if (!rival) throw error;
  return rival;
}

async function findByKey(
  customerId: CustomerId,
  { owner, key, requestHash }: Pick<NewRequest, "owner" | "key" | "requestHash">,
): Promise<RefundRequest | null> {
  const found = await prisma().refundRequest.findUnique({
    where: {
      customerId_idempotencyOwner_idempotencyKey: {
        customerId,
        idempotencyOwner: owner,
        idempotencyKey: key,
      },
    },
  });
  if (found && found.requestHash !== requestHash) throw new IdempotencyConflictError();
  return found;
}

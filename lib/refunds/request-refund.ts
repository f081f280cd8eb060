import { type CustomerActor, idempotencyOwner, type OperatorActor } from "@/lib/auth";
import { readBalance } from "@/lib/ledger";
import { type Cents, type Nanos, nanos } from "@/lib/money";
import { recordAction } from "@/lib/operator-actions";
import { isDuplicate, isKeyTaken, prisma, type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { IdempotencyConflictError, NotFoundError } from "@/lib/platform/errors";
import { type CustomerId, isId } from "@/lib/platform/ids";
import { hashRequest } from "@/lib/platform/request-hash";
import { lockReversedTopUp, type ReversedTopUp } from "@/lib/reversals";
import { findIntent, refOf } from "@/lib/top-ups";
import { NotRefundableError } from "./errors";
import { insertRequest, type NewRequest } from "./insert-request";
import { quoteRefund, type RefundQuote } from "./quote-refund";
import { type RefundRequest, requestRefOf } from "./refund-requests";
import { submitRefund } from "./submit-refund";

/** A refund of a top-up by the operator. */
export interface RefundTopUp {
  topUpIntentId: string;
  /** What is paid back, tax included; null for all that is left. */
  amount: Cents | null;
  /** Shown in the list of the operator's actions. */
  reason: string;
  idempotencyKey: string;
}

/** What a refund does to the balance. */
export interface RefundPreview extends RefundQuote {
  customerId: CustomerId;
  topUpIntentId: string;
  balance: Nanos;
  balanceAfter: Nanos;
}

/** A refund that was asked for. */
export interface RequestedRefund {
  request: RefundRequest;
  /** True when the idempotency key was known and this is the earlier request. */
  isReplay: boolean;
}

/** The unique key of a request's idempotency key. */
const KEY_CONSTRAINT = "refund_request_customer_id_idempotency_owner_idempotency_ke_key";

/**
 * Tells what a refund of a top-up would do, without doing it.
 *
 * @param amount tax included; null for all that is left
 * @throws NotRefundableError it was not credited, is disputed, or less of it is left
 */
export async function previewRefund(topUpIntentId: string, amount: Cents | null): Promise<RefundPreview> {
  const topUp = await findTopUp(topUpIntentId);
  const { customerId } = refOf(topUp);
  const [quote, { balance }] = await Promise.all([quoteRefund(topUp, amount), readBalance(customerId)]);
  const balanceAfter = nanos(balance - quote.credit);
  return { ...quote, customerId, topUpIntentId, balance, balanceAfter };
}

/**
 * Refunds a top-up, whole or in part, by the operator's hand. It may take the balance below zero. One key refunds once.
 *
 * The refund is written down before Stripe is called. When Stripe does not answer it stays `pending`, and a task asks again
 * with the same key.
 *
 * @throws NotRefundableError it was not credited, is disputed, less of it is left, or Stripe refused
 * @throws IdempotencyConflictError the key was used for another request
 */
export async function refundTopUp(by: OperatorActor, input: RefundTopUp): Promise<RequestedRefund> {
  const { topUpIntentId, amount, reason, idempotencyKey } = input;
  const { customerId } = refOf(await findTopUp(topUpIntentId));
  const requestHash = hashRequest(["operator", topUpIntentId, amount?.toString() ?? null, reason]);
  return requestOnce(
    { customerId, topUpIntentId },
    {
      requestedBy: "operator",
      amount,
      owner: idempotencyOwner(by),
      key: idempotencyKey,
      requestHash,
      reason,
      apiKeyId: by.apiKeyId,
    },
    (tx) => recordAction(tx, { verb: "refund_top_up", by, subjectId: topUpIntentId, customerId, reason }),
  );
}

/**
 * Refunds all that is left of a customer's own top-up, as long as it is unspent and its window is open. What is refunded is
 * held, so that it cannot be spent while Stripe is asked.
 *
 * @throws NotFoundError there is no such top-up, or it is another customer's
 * @throws NotRefundableError customers may not refund, its window is closed, it is spent, or Stripe refused
 * @throws IdempotencyConflictError the key was used for another request
 */
export async function refundOwnTopUp(
  actor: CustomerActor,
  { topUpIntentId, idempotencyKey }: { topUpIntentId: string; idempotencyKey: string },
  now: Date = new Date(),
): Promise<RequestedRefund> {
  const { customerId } = actor;
  if (!isId("topUp", topUpIntentId)) throw new NotFoundError("top-up");
  const topUp = await findIntent({ customerId, topUpIntentId });
  if (!topUp) throw new NotFoundError("top-up");
  return requestOnce(
    { customerId, topUpIntentId },
    {
      requestedBy: "customer",
      amount: null,
      owner: idempotencyOwner(actor),
      key: idempotencyKey,
      requestHash: hashRequest(["customer", topUpIntentId]),
      apiKeyId: actor.kind === "customer_key" ? actor.apiKeyId : null,
      userId: actor.kind === "session" ? actor.userId : null,
    },
    async (_tx, locked) => assertWindowOpen(locked, now),
  );
}

/** Finds a top-up by its id alone, as only the operator may. */
async function findTopUp(topUpIntentId: string): Promise<ReversedTopUp> {
  if (!isId("topUp", topUpIntentId)) throw new NotFoundError("top-up");
  const topUp = await prisma().topUpIntent.findFirst({ where: { topUpIntentId } });
  if (!topUp) throw new NotFoundError("top-up");
  return topUp;
}

/**
 * Writes a request unless its key is known, then asks Stripe.
 *
 * @param prepare runs first in the transaction, with the top-up locked: it checks, or writes what belongs to the request
 */
async function requestOnce(
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

function assertWindowOpen({ creditedAt }: ReversedTopUp, now: Date): void {
  const hours = env().CUSTOMER_REFUNDS;
  if (hours === null) {
    throw new NotRefundableError("Top-ups cannot be refunded here. Please contact us.", "refunds_off");
  }
  if (creditedAt && now.getTime() - creditedAt.getTime() > hours * 3_600_000) {
    throw new NotRefundableError(
      `A top-up can be refunded within ${hours} hours. Please contact us.`,
      "window_closed",
    );
  }
}

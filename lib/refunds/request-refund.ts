import { type CustomerActor, idempotencyOwner, type OperatorActor } from "@/lib/auth";
import { readBalance } from "@/lib/ledger";
import { type Cents, type Nanos, nanos } from "@/lib/money";
import { recordAction } from "@/lib/operator-actions";
import { env } from "@/lib/platform/env";
import { NotFoundError } from "@/lib/platform/errors";
import { type CustomerId, isId } from "@/lib/platform/ids";
import { hashRequest } from "@/lib/platform/request-hash";
import type { ReversedTopUp } from "@/lib/reversals";
import { findIntent, readAnyIntent, refOf } from "@/lib/top-ups";
import { NotRefundableError } from "./errors";
import { quoteRefund, type RefundQuote } from "./quote-refund";
import { type RequestedRefund, requestOnce } from "./write-request";

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

/**
 * Tells what a refund of a top-up would do, without doing it.
 *
 * @param amount tax included; null for all that is left
 * @throws NotRefundableError it was not credited, is disputed, or less of it is left
 */
export async function previewRefund(topUpIntentId: string, amount: Cents | null): Promise<RefundPreview> {
  const topUp = await readAnyIntent(topUpIntentId);
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
  const { customerId } = refOf(await readAnyIntent(topUpIntentId));
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

/**
 * Checks whether customers may refund this top-up now.
 *
 * @throws NotRefundableError customers may not refund, or its window is closed
 */
export function assertWindowOpen({ creditedAt }: ReversedTopUp, now: Date): void {
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

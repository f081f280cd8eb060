import { previewUnspent } from "@/lib/ledger";
import { type Cents, cents } from "@/lib/money";
import { prisma } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { refOf, type TopUpIntent } from "@/lib/top-ups";
import { NotRefundableError, type NotRefundableReason } from "./errors";
import { quoteRefund, type RefundQuote } from "./quote-refund";
import { assertWindowOpen } from "./request-refund";

/** Whether a customer can refund a top-up now, for its page. */
export type OwnRefund =
  | { state: "possible"; quote: RefundQuote; until: Date }
  /** Stripe has not confirmed a refund that was requested. */
  | { state: "pending"; amount: Cents }
  | { state: "not_possible"; reason: NotRefundableReason };

/** Reads whether a customer can refund all that is left of a top-up. The refund itself checks it again, under locks. */
export async function readOwnRefund(topUp: TopUpIntent, now: Date): Promise<OwnRefund> {
  const { customerId, topUpIntentId } = refOf(topUp);
  const pending = await prisma().refundRequest.findFirst({
    where: { customerId, topUpIntentId, status: "pending" },
  });
  if (pending) return { state: "pending", amount: cents(BigInt(pending.amountCents)) };
  try {
    assertWindowOpen(topUp, now);
    const quote = await quoteRefund(topUp, null);
    const unspent = await previewUnspent(customerId);
    if (unspent === null || quote.credit > unspent) return { state: "not_possible", reason: "already_spent" };
    const hours = env().CUSTOMER_REFUNDS ?? 0;
    return { state: "possible", quote, until: new Date(Number(topUp.creditedAt) + hours * 3_600_000) };
  } catch (error) {
    if (error instanceof NotRefundableError) return { state: "not_possible", reason: error.reason };
    throw error;
  }
}

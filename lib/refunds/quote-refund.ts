import { type Cents, cents, formatCents, fromCents, type Nanos, nanos } from "@/lib/money";
import { prisma, type Tx } from "@/lib/platform/db";
import { counted, listReversals, type ReversedTopUp, reversalTarget, sumEffective } from "@/lib/reversals";
import { ReviewNotResolvableError } from "@/lib/top-ups";
import { NotRefundableError } from "./errors";

/** What a refund would do. */
export interface RefundQuote {
  /** What is paid back, tax included. */
  amount: Cents;
  /** The part of it that is taken from the balance. */
  credit: Nanos;
  /** The rest: tax, which was never credited. */
  tax: Nanos;
  stripePaymentIntentId: string;
}

/** A payment that was not credited. */
export interface UncreditedPayment {
  stripePaymentIntentId: string;
  /** What it received, tax included, in the smallest unit of its currency. */
  received: Cents;
}

type Db = Pick<Tx, "reversal" | "refundRequest">;

/**
 * Returns what a refund of a top-up would take from the balance. Requests whose refund is not known yet count as made.
 *
 * @param amount null for all that is left
 * @throws NotRefundableError it was not credited, is disputed, or less of it is left
 */
export async function quoteRefund(
  topUp: ReversedTopUp,
  amount: Cents | null,
  db: Db = prisma(),
): Promise<RefundQuote> {
  const { creditedAt, stripePaymentIntentId, totalCents } = topUp;
  if (!creditedAt || !stripePaymentIntentId || totalCents === null) {
    throw new NotRefundableError(
      "This top-up was not credited, so there is nothing to refund.",
      "not_credited",
    );
  }
  const rows = (await listReversals(db, topUp, stripePaymentIntentId)).map(counted);
  if (rows.some(({ sourceType, effectiveCents }) => sourceType === "dispute" && effectiveCents !== 0n)) {
    throw new NotRefundableError(
      "The bank has taken this payment back with a dispute, so it cannot be refunded as well.",
      "disputed",
    );
  }
  const before = cents(sumEffective(rows) + (await sumPending(db, topUp, stripePaymentIntentId)));
  const charge = cents(BigInt(totalCents));
  const refundable = cents(charge - before);
  if (refundable <= 0n) {
    throw new NotRefundableError("This top-up has been refunded completely.", "already_refunded", cents(0n));
  }
  const asked = amount ?? refundable;
  if (asked > refundable) {
    throw new NotRefundableError(
      `The refund exceeds what is left of this top-up (${formatCents(refundable)} USD).`,
      "amount_too_large",
      refundable,
    );
  }
  const credited = nanos(topUp.creditedNanos);
  const target = (effective: bigint) => reversalTarget(credited, cents(effective), charge);
  const credit = nanos(target(before + asked) - target(before));
  return { amount: asked, credit, tax: nanos(fromCents(asked) - credit), stripePaymentIntentId };
}

/**
 * Returns what is left to refund of a payment that was not credited. It takes nothing from the balance.
 *
 * @throws ReviewNotResolvableError nothing is left, or a refund of it has been requested
 */
export async function quoteUncredited(
  topUp: ReversedTopUp,
  { stripePaymentIntentId, received }: UncreditedPayment,
  db: Db,
): Promise<Pick<RefundQuote, "amount" | "credit" | "stripePaymentIntentId">> {
  const rows = (await listReversals(db, topUp, stripePaymentIntentId)).map(counted);
  if ((await sumPending(db, topUp, stripePaymentIntentId)) > 0n) {
    throw new ReviewNotResolvableError("refund_requested");
  }
  const amount = cents(received - sumEffective(rows));
  if (amount <= 0n) throw new ReviewNotResolvableError("nothing_to_refund");
  return { amount, credit: nanos(0n), stripePaymentIntentId };
}

/** Adds up the requests for refunds of a payment whose result is not known yet. */
async function sumPending(
  db: Pick<Tx, "refundRequest">,
  { customerId, topUpIntentId }: ReversedTopUp,
  stripePaymentIntentId: string,
): Promise<bigint> {
  const pending = await db.refundRequest.aggregate({
    where: { customerId, topUpIntentId, stripePaymentIntentId, status: "pending" },
    _sum: { amountCents: true },
  });
  return BigInt(pending._sum.amountCents ?? 0);
}

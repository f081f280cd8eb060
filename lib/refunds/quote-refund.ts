import { type Cents, cents, formatCents, fromCents, type Nanos, nanos } from "@/lib/money";
import { prisma, type Tx } from "@/lib/platform/db";
import { counted, listReversals, type ReversedTopUp, reversalTarget, sumEffective } from "@/lib/reversals";
import { NotRefundableError } from "./errors";

/** What a refund would do. */
export interface RefundQuote {
  /** What is paid back, tax included. */
  amount: Cents;
  /** The part of it that is taken from the balance. */
  credit: Nanos;
  /** The rest: tax, which was never credited. */
  tax: Nanos;
}

/**
 * Returns what a refund of a top-up would take from the balance. Requests whose refund is not known yet count as made.
 *
 * @param amount null for all that is left
 * @throws NotRefundableError it was not credited, is disputed, or less of it is left
 */
export async function quoteRefund(
  topUp: ReversedTopUp,
  amount: Cents | null,
  db: Pick<Tx, "reversal" | "refundRequest"> = prisma(),
): Promise<RefundQuote> {
  const { customerId, topUpIntentId, creditedAt, stripePaymentIntentId, totalCents } = topUp;
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
  const pending = await db.refundRequest.aggregate({
    where: { customerId, topUpIntentId, status: "pending" },
    _sum: { amountCents: true },
  });
  const before = cents(sumEffective(rows) + BigInt(pending._sum.amountCents ?? 0));
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
  return { amount: asked, credit, tax: nanos(fromCents(asked) - credit) };
}

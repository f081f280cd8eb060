import { type MailFact, type MailProps, mailCustomer } from "@/lib/emails";
import { cents, displayUsd, fromCents, nanos } from "@/lib/money";
import type { Tx } from "@/lib/platform/db";
import { findReversal, type Reversal } from "@/lib/reversals";
import { findIntent, refOf } from "@/lib/top-ups";

/** Enqueues the email that a refund was paid back, in the transaction that records its success. */
export async function enqueueRefundMail(tx: Tx, refund: Reversal): Promise<void> {
  const { customerId } = refOf(refund);
  await mailCustomer(tx, { customerId, kind: "refund_succeeded", subjectId: refund.sourceId });
}

/**
 * Reads what the email about a refund shows.
 *
 * @returns null when the refund has failed meanwhile
 */
export async function readRefundMail({ subjectId }: MailFact): Promise<MailProps["refund_succeeded"] | null> {
  const refund = await findReversal("stripe_refund", subjectId);
  if (!refund?.effectiveCents) return null;
  const topUp = await findIntent(refund);
  const isOfCredit = topUp?.stripePaymentIntentId === refund.stripePaymentIntentId;
  return {
    amount: displayUsd(fromCents(cents(BigInt(refund.effectiveCents)))),
    paid: displayUsd(fromCents(cents(BigInt(refund.chargeCents)))),
    fromBalance: refund.appliedNanos > 0n ? displayUsd(nanos(refund.appliedNanos)) : null,
    isConverted: isOfCredit && topUp.presentmentCurrency !== null,
  };
}

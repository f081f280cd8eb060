import { findBillingAddresses } from "@/lib/customers";
import { customerMailTask, enqueueCustomerMail, type Mail, refundMail } from "@/lib/emails";
import { cents, formatCents, formatUsd, nanos } from "@/lib/money";
import type { Tx } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { findReversal, type Reversal } from "@/lib/reversals";
import { findIntent, refOf } from "@/lib/top-ups";

const REFUND_SUCCEEDED = "refund_succeeded";

/** Enqueues the email that a refund was paid back, in the transaction that records its success. */
export async function enqueueRefundMail(tx: Tx, refund: Reversal): Promise<void> {
  const { customerId } = refOf(refund);
  await enqueueCustomerMail(tx, { customerId, kind: REFUND_SUCCEEDED, subjectId: refund.sourceId });
}

export const REFUND_MAIL_TASK = customerMailTask(REFUND_SUCCEEDED, composeRefundMail);

/** @returns null when the refund has failed meanwhile */
async function composeRefundMail(customerId: CustomerId, refundId: string): Promise<Mail | null> {
  const refund = await findReversal("stripe_refund", refundId);
  if (!refund?.effectiveCents) return null;
  const topUp = await findIntent(refund);
  const isOfCredit = topUp?.stripePaymentIntentId === refund.stripePaymentIntentId;
  return refundMail({
    to: await findBillingAddresses(customerId),
    amount: formatCents(cents(BigInt(refund.effectiveCents))),
    paid: formatCents(cents(BigInt(refund.chargeCents))),
    fromBalance: refund.appliedNanos > 0n ? formatUsd(nanos(refund.appliedNanos)) : null,
    isConverted: isOfCredit && topUp.presentmentCurrency !== null,
  });
}

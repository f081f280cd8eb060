import { restoreAndSettle, settleCharge } from "@/lib/auto-charge";
import { settleDispute } from "@/lib/disputes";
import { settleRefund } from "@/lib/refunds";
import {
  findReversal,
  type Reversal,
  type ReversalSource,
  type SettleReversalOutcome,
} from "@/lib/reversals";
import { findInvoiceOfPayment, findSessionOfPayment } from "@/lib/stripe";
import { findIntent, refOf, restoreTopUp, settleTopUp, type TopUpIntent } from "@/lib/top-ups";

/**
 * Settles the top-up of a payment by the same rule as any other, and stores it again first when the database does not know it.
 *
 * @returns the top-up as it is then; null when there is none
 */
export async function healTopUp(
  named: { customerId: string; topUpIntentId: string },
  paymentIntentId: string,
  now: Date,
): Promise<TopUpIntent | null> {
  const sessionId = await findSessionOfPayment(paymentIntentId);
  const known = await findIntent(named);
  if (!sessionId) return healCharge(known, paymentIntentId, now);
  const intent = known ?? (await restoreTopUp(sessionId, now));
  if (!intent) return null;
  await settleTopUp(refOf(intent), sessionId, { now });
  return findIntent(named);
}

/** Settles the automatic top-up that a payment is of. */
async function healCharge(
  known: TopUpIntent | null,
  paymentIntentId: string,
  now: Date,
): Promise<TopUpIntent | null> {
  if (known && known.source !== "auto") return known;
  const invoiceId = await findInvoiceOfPayment(paymentIntentId);
  if (!invoiceId) return known;
  if (!known) return restoreAndSettle(invoiceId, now);
  await settleCharge(refOf(known), { invoiceId, now });
  return findIntent(known);
}

/** Settles a refund or dispute as its event would. `row` is null when it is none of ours, or Stripe does not know it. */
export async function healReversal(
  type: ReversalSource,
  sourceId: string,
  now: Date,
): Promise<{ outcome: SettleReversalOutcome; row: Reversal | null }> {
  const outcome = await (type === "dispute"
    ? settleDispute(sourceId, { now })
    : settleRefund(sourceId, { now }));
  return { outcome, row: await findReversal(type, sourceId) };
}

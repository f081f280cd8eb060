import { disableAutoTopUp, lockAutoTopUpRule } from "@/lib/auto-top-up";
import { formatUsd, nanos } from "@/lib/money";
import { raiseAlert, resolveAlertsAbout } from "@/lib/platform/alerts";
import { inTransaction, type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { refundForFraudWarning } from "@/lib/refunds";
import {
  findTopUpOfPayment,
  lockReversedTopUp,
  type ReversedTopUp,
  type SettleOptions,
  type SettleReversalOutcome,
} from "@/lib/reversals";
import { type FraudWarningFacts, retrieveFraudWarning } from "@/lib/stripe";
import { addTimelineEntry, refOf } from "@/lib/top-ups";

/** Thrown to roll back: another transaction has done this work. */
class DuplicateSignal extends Error {}

/**
 * Reads an early fraud warning again, marks its top-up and disables auto top-up. While a refund can still prevent a
 * dispute, it also raises an alert; with `REFUND_ON_FRAUD_WARNING=full` a top-up that is wholly unspent is refunded instead.
 * One warning does so once.
 *
 * @throws StripeUnavailableError Stripe cannot be read; nothing changed
 * @see https://docs.stripe.com/disputes/how-disputes-work#early-fraud-warnings
 */
export async function settleFraudWarning(
  warningId: string,
  { claim, now = new Date() }: SettleOptions = {},
): Promise<SettleReversalOutcome> {
  const warning = await retrieveFraudWarning(warningId);
  const paid = warning && (await findTopUpOfPayment(warning.payment));
  if (!warning || !paid) return "foreign";
  try {
    await withCustomerTransaction(paid.customerId, async (tx) => {
      if (claim && !(await claim(tx))) throw new DuplicateSignal();
      await lockAutoTopUpRule(tx, paid.customerId);
      const topUp = await lockReversedTopUp(tx, paid);
      if (topUp.fraudWarningId === null) await recordWarning(tx, topUp, warning, now);
      if (!warning.isActionable) await resolveAlert(tx, paid.customerId, warningId);
    });
    return "settled";
  } catch (error) {
    if (error instanceof DuplicateSignal) return "duplicate";
    throw error;
  }
}

async function recordWarning(
  tx: Tx,
  topUp: ReversedTopUp,
  warning: FraudWarningFacts,
  now: Date,
): Promise<void> {
  const ref = refOf(topUp);
  const { customerId, topUpIntentId } = ref;
  const { warningId, isActionable } = warning;
  await tx.topUpIntent.update({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
    data: { fraudWarningId: warningId, version: { increment: 1 } },
  });
  await addTimelineEntry(tx, ref, "fraud_warning", now, warningId);
  const mayRefund = isActionable && env().REFUND_ON_FRAUD_WARNING === "full";
  const refund =
    mayRefund && isOfCredit(topUp, warning) ? await refundForFraudWarning(tx, topUp, warningId) : null;
  // After the refund's hold: the account comes last in the order of locks.
  await disableAutoTopUp(tx, customerId, "fraud_warning");
  if (isActionable) await raiseWarningAlert(tx, topUp, warning, refund !== null);
}

function isOfCredit(topUp: ReversedTopUp, { payment }: FraudWarningFacts): boolean {
  return topUp.creditedAt !== null && topUp.stripePaymentIntentId === payment.paymentIntentId;
}

async function raiseWarningAlert(
  tx: Tx,
  topUp: ReversedTopUp,
  { warningId, fraudType, payment }: FraudWarningFacts,
  isRefunded: boolean,
): Promise<void> {
  const { customerId, topUpIntentId } = refOf(topUp);
  const account = await tx.ledgerAccount.findUniqueOrThrow({ where: { customerId } });
  await raiseAlert(inTransaction(tx), {
    customerId,
    kind: "fraud_warning",
    subjectId: warningId,
    message: isRefunded
      ? "The card network warned that a top-up is fraudulent. It was unspent and is being refunded in full."
      : "The card network warned that a top-up is fraudulent, and a dispute is likely. Only a full refund prevents it.",
    details: {
      topUpIntentId,
      paymentIntentId: payment.paymentIntentId,
      fraudType,
      paidCents: payment.chargeCents.toString(),
      creditedUsd: formatUsd(nanos(topUp.creditedNanos)),
      reversedUsd: formatUsd(nanos(topUp.reversedNanos)),
      availableUsd: formatUsd(nanos(account.balanceNanos - account.heldNanos)),
    },
  });
}

/** Disputed or refunded meanwhile: nothing is left to decide. */
function resolveAlert(tx: Tx, customerId: string, warningId: string): Promise<void> {
  const subject = { customerId, subjectId: warningId, kinds: ["fraud_warning"] };
  return resolveAlertsAbout(inTransaction(tx), subject, new Date());
}

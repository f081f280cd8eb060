import { disableAutoTopUp, lockAutoTopUpRule } from "@/lib/auto-top-up";
import { findOwner, mapStripeObject } from "@/lib/customers";
import { formatUsd, nanos } from "@/lib/money";
import { raiseAlert, resolveAlertsAbout } from "@/lib/platform/alerts";
import { inTransaction, type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import type { QueuedTask } from "@/lib/platform/jobs";
import { refundForFraudWarning } from "@/lib/refunds";
import {
  findTopUpOfPayment,
  lockReversedTopUp,
  type ReversedTopUp,
  type SettleOptions,
  type SettleReversalOutcome,
} from "@/lib/reversals";
import { type FraudWarningFacts, retrieveFraudWarning } from "@/lib/stripe";
import { addTimelineEntry, findIntent, refOf, SETTLE_FRAUD_WARNING, type TopUpIntent } from "@/lib/top-ups";

/** How often the top-up may change under our reading before we give up for now. */
const MAX_READS = 8;

/** Thrown to roll back: another transaction has done this work. */
class DuplicateSignal extends Error {}

/** Thrown to roll back: something changed after Stripe was read, so that what was read may be old. */
class StaleReadSignal extends Error {}

/** Settles the warning about a top-up that was credited after it. */
export const FRAUD_WARNING_TASKS: readonly QueuedTask[] = [
  { name: SETTLE_FRAUD_WARNING, run: ({ warningId = "" }) => settleFraudWarning(warningId) },
];

/**
 * Reads an early fraud warning again, marks its top-up and disables auto top-up. While a refund can still prevent a
 * dispute, it also raises an alert; with `REFUND_ON_FRAUD_WARNING=full` a top-up that is wholly unspent is refunded instead.
 * One warning does each of these once, whenever and however often it is settled.
 *
 * @throws StripeUnavailableError Stripe cannot be read; nothing changed
 * @see https://docs.stripe.com/disputes/how-disputes-work#early-fraud-warnings
 */
export async function settleFraudWarning(
  warningId: string,
  { claim, now = new Date() }: SettleOptions = {},
): Promise<SettleReversalOutcome> {
  for (let read = 1; read <= MAX_READS; read++) {
    const seen = await findRecorded(warningId);
    const warning = await retrieveFraudWarning(warningId);
    const paid = warning && (await findTopUpOfPayment(warning.payment));
    if (!warning || !paid) return "foreign";
    try {
      await withCustomerTransaction(paid.customerId, async (tx) => {
        if (claim && !(await claim(tx))) throw new DuplicateSignal();
        await lockAutoTopUpRule(tx, paid.customerId);
        const topUp = await lockReversedTopUp(tx, paid);
        const isNew = (await tx.stripeObject.count({ where: { stripeId: warningId } })) === 0;
        if (isNew !== (seen === null) || (seen && seen.version !== topUp.version))
          throw new StaleReadSignal();
        await recordWarning(tx, topUp, warning, { isNew, now });
      });
      return "settled";
    } catch (error) {
      if (error instanceof DuplicateSignal) return "duplicate";
      if (!(error instanceof StaleReadSignal)) throw error;
    }
  }
  throw new ServiceUnavailableError("This top-up is being updated by other requests. Please try again.", {
    reason: "busy",
  });
}

/** Finds the top-up of a warning that was settled before; null when it is new. */
async function findRecorded(warningId: string): Promise<TopUpIntent | null> {
  const owner = await findOwner(warningId);
  return owner && findIntent({ customerId: owner.customerId, topUpIntentId: owner.ourId });
}

async function recordWarning(
  tx: Tx,
  topUp: ReversedTopUp,
  warning: FraudWarningFacts,
  { isNew, now }: { isNew: boolean; now: Date },
): Promise<void> {
  const ref = refOf(topUp);
  const { customerId, topUpIntentId } = ref;
  const { warningId, isActionable } = warning;
  await tx.topUpIntent.update({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
    // The version rises with each reading, so that an older one never wins.
    data: { fraudWarningId: topUp.fraudWarningId ?? warningId, version: { increment: 1 } },
  });
  if (isNew) {
    await mapStripeObject(tx, warningId, { customerId, kind: "fraud_warning", ourId: topUpIntentId });
    await addTimelineEntry(tx, ref, "fraud_warning", now, warningId);
  }
  const mayRefund = isActionable && env().REFUND_ON_FRAUD_WARNING === "full" && isOfCredit(topUp, warning);
  const refund = mayRefund ? await refundForFraudWarning(tx, topUp, warningId) : null;
  // After the refund's hold: the account comes last in the order of locks.
  if (isNew) await disableAutoTopUp(tx, customerId, "fraud_warning");
  // With a refund the alert says something else than before.
  if (!isActionable || refund) await resolveAlert(tx, customerId, warningId);
  if (isActionable && (isNew || refund)) await raiseWarningAlert(tx, topUp, warning, refund !== null);
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

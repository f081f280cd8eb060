import {
  type AutoTopUpRule,
  type DecisionOutcome,
  type DisabledReason,
  disableAutoTopUp,
  type EvaluationFacts,
  type SkipReason,
} from "@/lib/auto-top-up";
import { raiseAlert } from "@/lib/platform/alerts";
import { inTransaction, type Tx } from "@/lib/platform/db";
import { describeDecline, refOf, type TopUpIntent, updateIntent } from "@/lib/top-ups";
import { storeDecision } from "./evaluate";

/** Why an automatic top-up is given up: it is no longer due, or something that disables the rule. */
export type GiveUpReason = SkipReason | DisabledReason;

/** With these the top-up failed. With any other it was canceled, because it was no longer due. */
const FAILURES: readonly GiveUpReason[] = [
  "card_declined",
  "payment_method_expired",
  "authentication_required",
  "address_required",
  "customer_balance",
  "stripe_setup",
];

/**
 * Gives up a locked top-up. From now on it is never paid by us, and it ends as soon as Stripe confirms that its invoice can
 * no longer be paid at all. A payment that arrives first still counts. The rule's lock is held.
 */
export async function giveUp(
  tx: Tx,
  intent: TopUpIntent,
  reason: GiveUpReason,
  now: Date,
): Promise<TopUpIntent> {
  const isFailure = FAILURES.includes(reason);
  return updateIntent(tx, refOf(intent), {
    closingStatus: isFailure ? "failed" : "canceled",
    closingReason: reason,
    ...(isFailure &&
      intent.failureCode === null && {
        failureCode: reason,
        failureMessage: describeDecline(reason).message,
      }),
    nextCheckAt: now,
    checkCount: 0,
  });
}

/** Gives up a top-up that is no longer due, and records why. The rule stays as it is. */
export async function cancelCharge(
  tx: Tx,
  charge: { rule: AutoTopUpRule; facts: EvaluationFacts; intent: TopUpIntent },
  obstacle: { reason: SkipReason; nextAt: Date | null },
  now: Date,
): Promise<void> {
  const { rule, facts, intent } = charge;
  await giveUp(tx, intent, obstacle.reason, now);
  await storeDecision(tx, rule, facts, { outcome: obstacle.reason, nextAt: obstacle.nextAt }, now);
}

/** Gives up a top-up for a reason that would recur, so the rule is disabled as well. */
export async function failCharge(
  tx: Tx,
  charge: { rule: AutoTopUpRule | null; facts?: EvaluationFacts; intent: TopUpIntent },
  reason: DisabledReason,
  now: Date,
): Promise<void> {
  const { rule, facts, intent } = charge;
  const { customerId, topUpIntentId } = refOf(intent);
  await giveUp(tx, intent, reason, now);
  if (rule && facts && reason === "address_required") {
    const outcome: DecisionOutcome = reason;
    await storeDecision(tx, rule, facts, { outcome, nextAt: null }, now);
  }
  if (reason === "customer_balance" || reason === "stripe_setup") {
    await raiseAlert(inTransaction(tx), {
      customerId,
      kind: "auto_top_up_failed",
      subjectId: topUpIntentId,
      message: ALERTS[reason],
      details: { topUpIntentId, invoiceId: intent.stripeInvoiceId },
    });
  }
  await disableAutoTopUp(tx, customerId, reason);
}

const ALERTS = {
  customer_balance:
    "An automatic top-up was not charged because the customer has a balance at Stripe, which Stripe would apply to the invoice. Clear it in the Dashboard, then ask the customer to enable auto top-up again.",
  stripe_setup:
    "An automatic top-up was not charged because its invoice is not what was asked for, or Stripe refused it. Check the invoice in the Dashboard. Auto top-up of the customer is disabled.",
};

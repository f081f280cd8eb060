import {
  type AutoTopUpRule,
  type AutoTopUpTerms,
  type DecisionOutcome,
  decide,
  type EvaluationFacts,
  lockRule,
  recordDecision,
  usage,
} from "@/lib/auto-top-up";
import { findStripeCustomer } from "@/lib/customers";
import type { Cents } from "@/lib/money";
import { type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import { type CustomerId, newId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import { addTimelineEntry, refOf, type TopUpIntent } from "@/lib/top-ups";
import { invoiceParams } from "./charges";
import { decisionColumns, readFacts } from "./evaluation-facts";
import { mailReachedCap } from "./mail-reached-cap";

/** When the sweep looks after a top-up whose process crashed. */
const FIRST_CHECK_MS = 60_000;

/** What an evaluation decided. */
export interface Evaluation {
  outcome: DecisionOutcome;
  /** The top-up that it started. */
  intent: TopUpIntent | null;
}

/**
 * Evaluates a customer's rule under its lock and records the decision. If the card is to be charged, this starts the top-up:
 * no call to Stripe is made here.
 *
 * @returns null when the customer has no rule
 */
export async function evaluateAutoTopUp(customerId: CustomerId, now: Date): Promise<Evaluation | null> {
  const link = await findStripeCustomer(customerId);
  const evaluation = await withCustomerTransaction(customerId, async (tx) => {
    const rule = await lockRule(tx, customerId);
    return rule && evaluateLocked(tx, rule, link?.stripeCustomerId ?? null, now);
  });
  if (evaluation?.intent) {
    const { topUpIntentId } = evaluation.intent;
    log().info({ customerId, topUpIntentId }, "an automatic top-up was started");
  }
  return evaluation;
}

async function evaluateLocked(
  tx: Tx,
  rule: AutoTopUpRule,
  stripeCustomerId: string | null,
  now: Date,
): Promise<Evaluation> {
  const customerId = rule.customerId as CustomerId;
  const facts = await readFacts(tx, rule, now);
  if (stripeCustomerId === null) facts.hasCard = false;
  const decision = decide(facts, now);
  if (decision.do === "skip" || stripeCustomerId === null) {
    const skipped = decision.do === "skip" ? decision : { reason: "no_card" as const, nextAt: null };
    await storeDecision(tx, rule, facts, { outcome: skipped.reason, nextAt: skipped.nextAt }, now);
    return { outcome: skipped.reason, intent: null };
  }
  const intent = await startCharge(tx, rule, { ...decision, stripeCustomerId }, now);
  await storeDecision(tx, rule, facts, { outcome: "fired", nextAt: null, intent }, now);
  await tx.autoTopUpRule.update({ where: { customerId }, data: { claimedAt: now } });
  return { outcome: "fired", intent };
}

/** Inserts the top-up. An index of the database allows one that is unresolved. */
async function startCharge(
  tx: Tx,
  rule: AutoTopUpRule,
  charge: { terms: AutoTopUpTerms; total: Cents; stripeCustomerId: string },
  now: Date,
): Promise<TopUpIntent> {
  const customerId = rule.customerId as CustomerId;
  const topUpIntentId = newId("topUp");
  const { stripeCustomerId, total, terms } = charge;
  const { paymentMethodId } = terms;
  const amountCents = Number(terms.amount);
  const params = invoiceParams({
    customerId,
    topUpIntentId,
    stripeCustomerId,
    paymentMethodId,
    amountCents,
  });
  const intent = await tx.topUpIntent.create({
    data: {
      customerId,
      topUpIntentId,
      mode: "payment",
      source: "auto",
      amountCents,
      livemode: livemode(),
      invoiceParams: JSON.parse(JSON.stringify(params)),
      attempt: 1,
      paymentMethodId,
      consentId: rule.consentId,
      expectedTotalCents: Number(total),
      countedAt: now,
      createdAt: now,
      nextCheckAt: new Date(now.getTime() + FIRST_CHECK_MS),
    },
  });
  await addTimelineEntry(tx, refOf(intent), "auto_started", now);
  return intent;
}

/** Records a decision and when the rule is evaluated next. When a cap is reached, the customer is told. */
export async function storeDecision(
  tx: Tx,
  rule: AutoTopUpRule,
  facts: EvaluationFacts,
  decided: { outcome: DecisionOutcome; nextAt: Date | null; intent?: TopUpIntent },
  now: Date,
): Promise<void> {
  const customerId = rule.customerId as CustomerId;
  const { outcome, nextAt, intent } = decided;
  const { month, day, dayCount } = usage(facts.charges, now);
  const decision = {
    customerId,
    outcome,
    topUpIntentId: intent?.topUpIntentId ?? null,
    availableNanos: facts.available,
    ...decisionColumns(facts.terms),
    monthUsedCents: month,
    dayUsedCents: day,
    dayUsedCount: dayCount,
    nextEvaluationAt: nextAt,
  };
  await recordDecision(tx, decision, now);
  await tx.autoTopUpRule.update({ where: { customerId }, data: { nextEvaluationAt: nextAt } });
  if (outcome === "daily_cap" || outcome === "monthly_cap")
    await mailReachedCap(tx, rule, facts, { cap: outcome, freesAt: nextAt }, now);
}

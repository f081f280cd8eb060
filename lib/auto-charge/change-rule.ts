import type { CustomerActor } from "@/lib/auth";
import {
  type AutoTopUpRule,
  type AutoTopUpTerms,
  type ConsentGiver,
  isPaused,
  lockOrCreateRule,
  termsOf,
  wakeAutoTopUp,
} from "@/lib/auto-top-up";
import type { Cents } from "@/lib/money";
import { type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import { ConflictError, invalidField } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { checkAmounts, findCard, requireCard } from "./check-rule";
import { enableUnderTerms } from "./set-terms";

/** What the customer changes. What is left out stays as it is. */
export interface RuleChange {
  enabled?: boolean | undefined;
  threshold?: Cents | undefined;
  amount?: Cents | undefined;
  monthlyCap?: Cents | undefined;
  /** Null for four times the amount. */
  dailyCap?: Cents | null | undefined;
  dailyCount?: number | undefined;
  paymentMethodId?: string | undefined;
}

/** The operator has paused automatic charges, so the customer cannot enable them. */
export class AutoTopUpPausedError extends ConflictError {
  constructor() {
    super("Auto top-up is paused. Contact support to resume it.");
  }

  override get details() {
    return { reason: "paused_by_operator" };
  }
}

/** Returns who gives a consent: the id of the user or of the API key. */
export function giverOf(actor: CustomerActor, ipAddress: string | null): ConsentGiver {
  return { by: actor.kind === "session" ? actor.userId : actor.apiKeyId, ipAddress };
}

/**
 * Changes a customer's rule. A rule that is enabled afterwards has the customer's consent to its new terms. If the balance is
 * below the threshold by then, the card is charged at once.
 *
 * @throws InvalidRequestError naming the field that is wrong or missing
 * @throws AutoTopUpPausedError it is to be enabled while the operator has paused it
 */
export async function changeAutoTopUp(
  customerId: CustomerId,
  change: RuleChange,
  giver: ConsentGiver,
  now: Date,
): Promise<void> {
  await withCustomerTransaction(customerId, async (tx) => {
    const rule = await lockOrCreateRule(tx, customerId);
    const isEnabling = change.enabled === true && !rule.enabled;
    if (isEnabling && (await isPaused(customerId, tx))) throw new AutoTopUpPausedError();
    const changed = await storeChange(tx, rule, await withDefaultCard(tx, rule, change));
    const isEnabled = change.enabled ?? rule.enabled;
    if (!isEnabled) return disable(tx, rule, change.enabled === false);
    const terms = checkTerms(changed);
    const { cardBrand } = await requireCard(tx, customerId, terms.paymentMethodId);
    await enableUnderTerms(tx, changed, { terms, cardBrand, giver, wasEnabled: rule.enabled }, now);
  });
}

/** A rule that is enabled without a card takes the default one, and from then on follows it. */
async function withDefaultCard(
  tx: Tx,
  rule: AutoTopUpRule,
  change: RuleChange,
): Promise<RuleChange & { followsDefault?: boolean }> {
  const { customerId } = rule;
  const link = await tx.stripeCustomer.findUnique({
    where: { customerId_livemode: { customerId, livemode: livemode() } },
  });
  const defaultId = link?.defaultPaymentMethodId ?? null;
  if (change.paymentMethodId !== undefined)
    return { ...change, followsDefault: change.paymentMethodId === defaultId };
  if (change.enabled !== true) return change;
  if (rule.paymentMethodId !== null && (await findCard(tx, customerId, rule.paymentMethodId))) return change;
  if (!defaultId) throw invalidField("payment_method_id", "Save a card first, or name the card to charge.");
  return { ...change, paymentMethodId: defaultId, followsDefault: true };
}

/** Stores the change after its amounts were checked against each other. */
async function storeChange(
  tx: Tx,
  rule: AutoTopUpRule,
  change: RuleChange & { followsDefault?: boolean },
): Promise<AutoTopUpRule> {
  const { customerId } = rule;
  const merged: AutoTopUpRule = {
    ...rule,
    ...(change.threshold !== undefined && { thresholdCents: Number(change.threshold) }),
    ...(change.amount !== undefined && { amountCents: Number(change.amount) }),
    ...(change.monthlyCap !== undefined && { monthlyCapCents: Number(change.monthlyCap) }),
    ...(change.dailyCap !== undefined && {
      dailyCapCents: change.dailyCap === null ? null : Number(change.dailyCap),
    }),
    ...(change.dailyCount !== undefined && { dailyCapCount: change.dailyCount }),
    ...(change.paymentMethodId !== undefined && { paymentMethodId: change.paymentMethodId }),
  };
  checkAmounts(merged, change);
  if (change.paymentMethodId !== undefined) await requireCard(tx, customerId, change.paymentMethodId);
  const { thresholdCents, amountCents, monthlyCapCents, dailyCapCents, dailyCapCount, paymentMethodId } =
    merged;
  return tx.autoTopUpRule.update({
    where: { customerId },
    data: {
      thresholdCents,
      amountCents,
      monthlyCapCents,
      dailyCapCents,
      dailyCapCount,
      paymentMethodId,
      ...(change.followsDefault !== undefined && { followsDefault: change.followsDefault }),
      // An estimate for other terms or another address would stand in the way of the next charge.
      expectedTotalCents: null,
      nextEvaluationAt: null,
    },
  });
}

function checkTerms(rule: AutoTopUpRule): AutoTopUpTerms {
  const required = {
    threshold_usd: rule.thresholdCents,
    amount_usd: rule.amountCents,
    monthly_cap_usd: rule.monthlyCapCents,
    payment_method_id: rule.paymentMethodId,
  };
  const missing = Object.entries(required).find(([, value]) => value === null)?.[0];
  if (missing) throw invalidField(missing, "This is required to enable auto top-up.");
  const terms = termsOf(rule);
  if (!terms) throw new Error("A rule whose terms are complete has none.");
  return terms;
}

/** The customer's own decision replaces any reason. */
async function disable(tx: Tx, rule: AutoTopUpRule, isAsked: boolean): Promise<void> {
  const customerId = rule.customerId as CustomerId;
  if (!isAsked || (!rule.enabled && rule.disabledReason === null)) return;
  await tx.autoTopUpRule.update({
    where: { customerId },
    data: { enabled: false, disabledReason: null, disabledAt: null },
  });
  await tx.ledgerAccount.update({ where: { customerId }, data: { autoTopupThresholdNanos: null } });
  await wakeAutoTopUp(tx, customerId);
}

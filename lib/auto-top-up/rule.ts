import { type Cents, cents } from "@/lib/money";
import { type Prisma, prisma, type Tx } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { lockAutoTopUpRule } from "./disable-auto-top-up";
import { type AutoTopUpTerms, defaultDailyCap } from "./rules";

/** A row of `auto_topup_rule`. */
export type AutoTopUpRule = Prisma.AutoTopUpRuleGetPayload<object>;

/** Reads a customer's rule. Returns null when there was never one. */
export function findRule(customerId: CustomerId, tx: Tx = prisma()): Promise<AutoTopUpRule | null> {
  return tx.autoTopUpRule.findUnique({ where: { customerId } });
}

/** Locks a customer's rule until the transaction ends, then reads it. */
export async function lockRule(tx: Tx, customerId: CustomerId): Promise<AutoTopUpRule | null> {
  await lockAutoTopUpRule(tx, customerId);
  return findRule(customerId, tx);
}

/** Locks a customer's rule, and creates one that is disabled if there is none. */
export async function lockOrCreateRule(tx: Tx, customerId: CustomerId): Promise<AutoTopUpRule> {
  await tx.autoTopUpRule.createMany({ data: { customerId }, skipDuplicates: true });
  const rule = await lockRule(tx, customerId);
  if (!rule) throw new Error("A rule that was just created does not exist.");
  return rule;
}

/** Returns the terms of a rule. Null as long as they are incomplete. */
export function termsOf(rule: AutoTopUpRule): AutoTopUpTerms | null {
  const { thresholdCents, amountCents, monthlyCapCents, dailyCapCents, paymentMethodId } = rule;
  if (thresholdCents === null || amountCents === null || monthlyCapCents === null || paymentMethodId === null)
    return null;
  const amount = toCents(amountCents);
  return {
    threshold: toCents(thresholdCents),
    amount,
    monthlyCap: toCents(monthlyCapCents),
    dailyCap: dailyCapCents === null ? defaultDailyCap(amount) : toCents(dailyCapCents),
    dailyCount: rule.dailyCapCount,
    paymentMethodId,
  };
}

function toCents(count: number): Cents {
  return cents(BigInt(count));
}

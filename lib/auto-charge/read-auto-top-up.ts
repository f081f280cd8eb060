import {
  type AutoTopUpConsent,
  type AutoTopUpDecision,
  type AutoTopUpRule,
  DEFAULT_DAILY_COUNT,
  type DisabledReason,
  defaultDailyCap,
  findConsent,
  findRaisedCaps,
  findRule,
  isPaused,
  readLastDecision,
  termsOf,
  usage,
} from "@/lib/auto-top-up";
import { readBalance } from "@/lib/ledger";
import { type Cents, cents, fromCents } from "@/lib/money";
import { prisma } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import type { TopUpIntent } from "@/lib/top-ups";
import { findUnresolved } from "./charges";
import { readCharges } from "./evaluation-facts";
import { type NextAction, nextActionOf } from "./next-action";

/** A customer's auto top-up as its API and page show it. */
export interface AutoTopUpState {
  rule: AutoTopUpRule | null;
  /** Whether the card is charged when the balance runs low: enabled, and not paused by the operator. */
  isOn: boolean;
  disabledReason: DisabledReason | "paused_by_operator" | null;
  dailyCap: Cents | null;
  dailyCount: number;
  /** To what the customer has raised the daily caps, and until when. */
  raised: { dailyCap: Cents; dailyCount: number; until: Date | null } | null;
  used: { month: Cents; day: Cents; dayCount: number };
  consent: AutoTopUpConsent | null;
  lastDecision: AutoTopUpDecision | null;
  unresolved: TopUpIntent | null;
  /** Whether less is available than the threshold, so that enabling would charge the card at once. */
  isBelowThreshold: boolean;
  nextAction: NextAction;
}

/** Reads the state of a customer's auto top-up. */
export async function readAutoTopUp(customerId: CustomerId, now: Date): Promise<AutoTopUpState> {
  const [rule, paused, balance, lastDecision, unresolved, charges] = await Promise.all([
    findRule(customerId),
    isPaused(customerId),
    readBalance(customerId),
    readLastDecision(customerId),
    findUnresolved(customerId),
    readCharges(prisma(), customerId, now),
  ]);
  const terms = rule && termsOf(rule);
  const threshold = rule?.thresholdCents ?? null;
  const isBelow = threshold !== null && balance.available < fromCents(cents(BigInt(threshold)));
  return {
    rule,
    isOn: rule?.enabled === true && !paused,
    disabledReason: paused ? "paused_by_operator" : ((rule?.disabledReason ?? null) as DisabledReason | null),
    dailyCap: dailyCapOf(rule),
    dailyCount: rule?.dailyCapCount ?? DEFAULT_DAILY_COUNT,
    raised: terms && (await findRaisedCaps(prisma(), customerId, terms, now)),
    used: usage(charges, now),
    consent: rule && (await findConsent(rule)),
    lastDecision,
    unresolved,
    isBelowThreshold: isBelow,
    nextAction: nextActionOf({
      rule,
      isPaused: paused,
      isBelow,
      unresolved,
      lastOutcome: lastDecision?.outcome ?? null,
    }),
  };
}

/** Whether the card is charged when the balance runs low. */
export async function isAutoTopUpOn(customerId: CustomerId): Promise<boolean> {
  const [rule, paused] = await Promise.all([findRule(customerId), isPaused(customerId)]);
  return rule?.enabled === true && !paused;
}

function dailyCapOf(rule: AutoTopUpRule | null): Cents | null {
  if (!rule || rule.amountCents === null) return null;
  return rule.dailyCapCents === null
    ? defaultDailyCap(cents(BigInt(rule.amountCents)))
    : cents(BigInt(rule.dailyCapCents));
}

import {
  describeDisabledReason,
  findRaisedCaps,
  findRule,
  isPaused,
  raisedDailyCaps,
  termsOf,
} from "@/lib/auto-top-up";
import type { MailProps, StoredMail } from "@/lib/emails";
import { readBalance } from "@/lib/ledger";
import { cents, displayUsd, fromCents } from "@/lib/money";
import { prisma } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

const usd = (amount: number | bigint) => displayUsd(fromCents(cents(BigInt(amount))));

/**
 * Reads what the email about a disabled rule shows.
 *
 * @returns null when it was enabled again, or disabled for another reason
 */
export async function readDisabledMail({
  customerId,
  subjectId,
  details,
}: StoredMail<"auto_topup_disabled">): Promise<MailProps["auto_topup_disabled"] | null> {
  const [rule, balance] = await Promise.all([findRule(customerId), readBalance(customerId)]);
  if (!rule || rule.enabled || rule.disabledAt?.toISOString() !== subjectId) return null;
  return {
    explanation: describeDisabledReason(details.reason),
    available: displayUsd(balance.available),
  };
}

/**
 * Reads what the email about a reached daily cap shows.
 *
 * @returns null when the cap is not in the way any more
 */
export async function readDailyCapMail(
  { customerId, details }: StoredMail<"daily_cap_reached">,
  now: Date,
): Promise<MailProps["daily_cap_reached"] | null> {
  const { capCents, capCount, usedCents, usedCount, freesAt, isRaised } = details;
  const waiting = await readWaitingRule(customerId, freesAt, now);
  if (!waiting) return null;
  const { terms, available } = waiting;
  const isRaisedNow = (await findRaisedCaps(prisma(), customerId, terms, now)) !== null;
  if (isRaisedNow !== isRaised) return null;
  const more = raisedDailyCaps(terms);
  return {
    available,
    used: usd(usedCents),
    usedCount,
    cap: usd(capCents),
    count: capCount,
    freesAt,
    raised: isRaised ? null : { cap: usd(more.dailyCap), count: more.dailyCount },
  };
}

/**
 * Reads what the email about the reached monthly cap shows.
 *
 * @returns null when the cap is not in the way any more
 */
export async function readMonthlyCapMail(
  { customerId, details }: StoredMail<"monthly_cap_reached">,
  now: Date,
): Promise<MailProps["monthly_cap_reached"] | null> {
  const { capCents, usedCents, freesAt } = details;
  const waiting = await readWaitingRule(customerId, freesAt, now);
  if (!waiting || waiting.terms.monthlyCap !== BigInt(capCents)) return null;
  return { available: waiting.available, used: usd(usedCents), cap: usd(capCents), freesAt };
}

/** Reads a rule that would charge the card but for a cap; null when something else holds now. */
async function readWaitingRule(customerId: CustomerId, freesAt: string | null, now: Date) {
  const [rule, balance, paused] = await Promise.all([
    findRule(customerId),
    readBalance(customerId),
    isPaused(customerId),
  ]);
  const terms = rule?.enabled ? termsOf(rule) : null;
  if (!terms || paused || balance.available >= fromCents(terms.threshold)) return null;
  if (freesAt !== null && new Date(freesAt) <= now) return null;
  return { terms, available: displayUsd(balance.available) };
}

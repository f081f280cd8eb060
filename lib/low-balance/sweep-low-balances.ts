import { readAutoTopUp } from "@/lib/auto-charge";
import { type MailProps, mailCustomer, type StoredMail } from "@/lib/emails";
import { readBalance } from "@/lib/ledger";
import { cents, displayUsd, fromCents } from "@/lib/money";
import { Prisma, prisma, withCustomerTransaction } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { dueItems } from "@/lib/platform/jobs";

const PAGE_SIZE = 100;

interface Crossing {
  customer_id: string;
  threshold_cents: number;
}

/**
 * Emails the customers whose balance has fallen below a level that they chose, once per crossing, and notes which balances
 * have recovered. The debit itself is not slowed down by this.
 *
 * @returns the number of levels that were crossed in either direction
 */
export async function sweepLowBalances(now: Date = new Date()): Promise<number> {
  let count = 0;
  for await (const crossing of dueItems<Crossing>(findCrossings)) {
    if (await noteCrossing(crossing, now)) count++;
  }
  return count;
}

const HAS_CHANGED = Prisma.sql`
  (t.crossed_at IS NULL) = (a.balance_nanos - a.held_nanos < t.threshold_cents * 10000000::bigint)`;

function findCrossings(after: Crossing | null): Promise<Crossing[]> {
  return prisma().$queryRaw<Crossing[]>(Prisma.sql`
    SELECT t.customer_id, t.threshold_cents FROM low_balance_threshold t JOIN ledger_account a USING (customer_id)
    WHERE ${HAS_CHANGED}
      AND (t.customer_id, t.threshold_cents) > (${after?.customer_id ?? ""}, ${after?.threshold_cents ?? 0}::int)
    ORDER BY t.customer_id, t.threshold_cents LIMIT ${PAGE_SIZE}`);
}

async function noteCrossing(crossing: Crossing, now: Date): Promise<boolean> {
  const customerId = crossing.customer_id as CustomerId;
  return withCustomerTransaction(customerId, async (tx) => {
    const [changed] = await tx.$queryRaw<{ crossed_at: Date | null }[]>(Prisma.sql`
      UPDATE low_balance_threshold t
      SET crossed_at = CASE WHEN t.crossed_at IS NULL THEN ${now}::timestamptz END
      FROM ledger_account a
      WHERE a.customer_id = t.customer_id AND t.customer_id = ${customerId}
        AND t.threshold_cents = ${crossing.threshold_cents} AND ${HAS_CHANGED}
      RETURNING t.crossed_at`);
    if (!changed) return false;
    if (changed.crossed_at === null) return true;
    const { threshold_cents: thresholdCents } = crossing;
    const subjectId = subjectOf(thresholdCents, changed.crossed_at);
    await mailCustomer(tx, { customerId, kind: "low_balance", subjectId, details: { thresholdCents } });
    return true;
  });
}

/** Identifies one crossing. */
function subjectOf(thresholdCents: number, crossedAt: Date): string {
  return `${thresholdCents}:${crossedAt.toISOString()}`;
}

/**
 * Reads what the email about a low balance shows.
 *
 * @returns null when the balance has recovered, or the customer gave up the level
 */
export async function readLowBalanceMail(
  { customerId, subjectId, details }: StoredMail<"low_balance">,
  now: Date,
): Promise<MailProps["low_balance"] | null> {
  const { thresholdCents } = details;
  const [level, balance, autoTopUp] = await Promise.all([
    prisma().lowBalanceThreshold.findUnique({
      where: { customerId_thresholdCents: { customerId, thresholdCents } },
    }),
    readBalance(customerId),
    readAutoTopUp(customerId, now),
  ]);
  const threshold = fromCents(cents(BigInt(thresholdCents)));
  const isCurrent = level?.crossedAt && subjectOf(thresholdCents, level.crossedAt) === subjectId;
  if (!isCurrent || balance.available >= threshold) return null;
  return {
    threshold: displayUsd(threshold),
    available: displayUsd(balance.available),
    isAutoTopUpReady: autoTopUp.isOn && READY.includes(autoTopUp.nextAction.action),
  };
}

/** With any other next action of an enabled rule, something is in the way. */
const READY: readonly string[] = ["none", "charge"];

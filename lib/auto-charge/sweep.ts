import { reportFailedItem } from "@/lib/platform/alerts";
import { Prisma, prisma } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import { dueItems } from "@/lib/platform/jobs";
import { log } from "@/lib/platform/log";
import { asLookUp, isUnanswered, MAX_UNANSWERED } from "@/lib/stripe";
import { refOf } from "@/lib/top-ups";
import { advanceCharge } from "./advance";
import { claimDueCharge } from "./due-charges";
import { UNRESOLVED } from "./rules";
import { runAutoTopUp } from "./run-auto-top-up";

const PAGE_SIZE = 100;

export interface AutoTopUpSweep {
  advanced: number;
  evaluated: number;
  failed: number;
}

/**
 * Advances the unresolved automatic top-ups that are due, then evaluates the rules whose balance is low and whose next
 * evaluation is due, so that a balance that fell while something prevented a top-up is never forgotten. Several workers share
 * the work. An item that fails is reported and does not stop the others.
 */
export function sweepAutoTopUps(now: Date = new Date()): Promise<AutoTopUpSweep> {
  return asLookUp(() => sweep(now));
}

async function sweep(now: Date): Promise<AutoTopUpSweep> {
  const result = { advanced: 0, evaluated: 0, failed: 0 };
  let unanswered = 0;
  const attempt = async (subject: { customerId: string; subjectId: string }, work: () => Promise<void>) => {
    try {
      await work();
      unanswered = 0;
    } catch (error) {
      result.failed++;
      unanswered = isUnanswered(error) ? unanswered + 1 : 0;
      await report(subject, error);
    }
  };
  for await (const due of dueItems<DueCharge>((after) => findDueCharges(now, after))) {
    if (unanswered >= MAX_UNANSWERED) return result;
    const ref = refOf({ customerId: due.customer_id, topUpIntentId: due.topup_intent_id });
    if (!(await claimDueCharge(ref, now))) continue;
    result.advanced++;
    const subject = { customerId: due.customer_id, subjectId: due.topup_intent_id };
    await attempt(subject, () => advanceCharge(ref, now));
  }
  for await (const { customer_id } of dueItems<DueRule>((after) => findDueRules(now, after))) {
    if (unanswered >= MAX_UNANSWERED) return result;
    result.evaluated++;
    const subject = { customerId: customer_id, subjectId: customer_id };
    await attempt(subject, () => runAutoTopUp(customer_id as CustomerId, now));
  }
  return result;
}

interface DueCharge {
  next_check_at: Date;
  customer_id: string;
  topup_intent_id: string;
}

function findDueCharges(now: Date, after: DueCharge | null): Promise<DueCharge[]> {
  const isLater = after
    ? Prisma.sql`AND (next_check_at, customer_id, topup_intent_id) >
        (${after.next_check_at}::timestamptz, ${after.customer_id}, ${after.topup_intent_id})`
    : Prisma.empty;
  return prisma().$queryRaw<DueCharge[]>(Prisma.sql`
    SELECT next_check_at, customer_id, topup_intent_id FROM topup_intent
    WHERE next_check_at <= ${now}::timestamptz AND credited_at IS NULL AND source = 'auto' AND livemode = ${livemode()}
      ${isLater}
    ORDER BY next_check_at, customer_id, topup_intent_id LIMIT ${PAGE_SIZE}`);
}

interface DueRule {
  customer_id: string;
}

function findDueRules(now: Date, after: DueRule | null): Promise<DueRule[]> {
  return prisma().$queryRaw<DueRule[]>(Prisma.sql`
    SELECT r.customer_id FROM auto_topup_rule r JOIN ledger_account a USING (customer_id)
    WHERE r.enabled AND a.balance_nanos - a.held_nanos < a.auto_topup_threshold_nanos
      AND (r.next_evaluation_at IS NULL OR r.next_evaluation_at <= ${now}::timestamptz)
      AND r.customer_id > ${after?.customer_id ?? ""}
      AND NOT EXISTS (
        SELECT 1 FROM topup_intent i
        WHERE i.customer_id = r.customer_id AND i.source = 'auto' AND i.livemode = ${livemode()}
          AND i.status = ANY (${[...UNRESOLVED]}::text[])
      )
    ORDER BY r.customer_id LIMIT ${PAGE_SIZE}`);
}

/** Raises an alert, unless Stripe is unavailable: then every item fails, and stays due. */
async function report(
  { customerId, subjectId }: { customerId: string; subjectId: string },
  error: unknown,
): Promise<void> {
  if (isUnanswered(error)) {
    log().warn(
      { customerId, subjectId, err: error },
      "an automatic top-up could not be advanced; it stays due",
    );
    return;
  }
  const message = "An automatic top-up could not be evaluated or advanced.";
  await reportFailedItem({ customerId, kind: "auto_top_up_stuck", subjectId, message }, error);
}

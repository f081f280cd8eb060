import { findStripeCustomer } from "@/lib/customers";
import { reportFailedItem } from "@/lib/platform/alerts";
import { Prisma, prisma, withTransaction } from "@/lib/platform/db";
import { dueItems } from "@/lib/platform/jobs";
import { log } from "@/lib/platform/log";
import { asLookUp, findSessionsOfIntent, isOutage, isUnanswered, MAX_UNANSWERED } from "@/lib/stripe";
import {
  addTimelineEntry,
  findIntent,
  lockIntent,
  refOf,
  type TopUpIntent,
  type TopUpRef,
  updateIntent,
} from "./intents";
import { readSessions, SessionReads } from "./session-reads";
import { settleTopUp } from "./settle-top-up";

/** An intent without a session expires after this: idempotency keys live at Stripe for as long. */
const UNOPENED_LIFETIME_MS = 24 * 3_600_000;

const PAGE_SIZE = 100;

/** Invoices that one sweep asks for. The rest stays due. */
const MAX_INVOICES = 200;

export interface SweepResult {
  checked: number;
  failed: number;
}

/** Which intents a sweep checks, and how often. */
interface Kind {
  condition: Prisma.Sql;
  /** The interval doubles from five minutes up to this. */
  maxIntervalMinutes: number;
}

/** Automatic top-ups have a sweep of their own. */
const UNDECIDED: Kind = {
  condition: Prisma.sql`credited_at IS NULL AND source = 'checkout'`,
  maxIntervalMinutes: 60,
};
const WITHOUT_INVOICE: Kind = { condition: Prisma.sql`credited_at IS NOT NULL`, maxIntervalMinutes: 24 * 60 };

/**
 * Settles every undecided intent that is due, so that a payment is credited even if no webhook ever arrives. An intent is
 * checked ten minutes after its start, then less and less often, but at least hourly. Several workers share the work.
 */
export function sweepTopUps(now: Date = new Date()): Promise<SweepResult> {
  return asLookUp(() => sweep(UNDECIDED, now, Number.POSITIVE_INFINITY));
}

/**
 * Asks Stripe for the invoices of credited top-ups whose `invoice.paid` did not arrive. A top-up is checked five minutes
 * after the credit, then less and less often, but at least daily until the invoice is known.
 *
 * @param options.most the number of top-ups that are checked at most
 */
export function sweepInvoices(
  now: Date = new Date(),
  { most = MAX_INVOICES }: { most?: number } = {},
): Promise<SweepResult> {
  return asLookUp(() => sweep(WITHOUT_INVOICE, now, most));
}

/** Schedules the next check of each intent first. One that fails is reported and does not stop the others. */
async function sweep(kind: Kind, now: Date, most: number): Promise<SweepResult> {
  const result = { checked: 0, failed: 0 };
  let unanswered = 0;
  let reads = new SessionReads();
  const readPage = async (after: DueIntent | null) => {
    const page = await findDue(kind, now, after);
    reads = await readTogether(page.slice(0, most - result.checked));
    return page;
  };
  for await (const due of dueItems(readPage)) {
    const ref = refOfDue(due);
    try {
      if (!(await claimDue(kind, ref, now))) continue;
      await check(ref, now, reads);
      unanswered = 0;
    } catch (error) {
      unanswered = isOutage(error) ? unanswered + 1 : 0;
      result.failed++;
      await reportFailedCheck(ref, error);
    }
    result.checked++;
    if (unanswered >= MAX_UNANSWERED || result.checked >= most) break;
  }
  return result;
}

/** Saves calls only: what cannot be read together is read one by one. */
async function readTogether(due: readonly DueIntent[]): Promise<SessionReads> {
  try {
    return await readSessions(due.map(refOfDue));
  } catch (error) {
    log().warn({ err: error }, "could not read Checkout Sessions together");
    return new SessionReads();
  }
}

function refOfDue({ customer_id, topup_intent_id }: DueIntent): TopUpRef {
  return refOf({ customerId: customer_id, topUpIntentId: topup_intent_id });
}

interface DueIntent {
  next_check_at: Date;
  customer_id: string;
  topup_intent_id: string;
}

function findDue({ condition }: Kind, now: Date, after: DueIntent | null): Promise<DueIntent[]> {
  const isLater = after
    ? Prisma.sql`AND (next_check_at, customer_id, topup_intent_id) >
        (${after.next_check_at}::timestamptz, ${after.customer_id}, ${after.topup_intent_id})`
    : Prisma.empty;
  return prisma().$queryRaw<DueIntent[]>(Prisma.sql`
    SELECT next_check_at, customer_id, topup_intent_id FROM topup_intent
    WHERE next_check_at <= ${now}::timestamptz AND ${condition} ${isLater}
    ORDER BY next_check_at, customer_id, topup_intent_id LIMIT ${PAGE_SIZE}`);
}

/**
 * Claims an intent by scheduling its next check, so that a crash only delays it.
 *
 * @returns false when another worker has claimed it, or it is no longer due
 */
async function claimDue(kind: Kind, { customerId, topUpIntentId }: TopUpRef, now: Date): Promise<boolean> {
  const claimed = await prisma().$executeRaw(Prisma.sql`
    UPDATE topup_intent
    SET check_count = check_count + 1,
        next_check_at = ${now}::timestamptz
          + least(${kind.maxIntervalMinutes}::int, 5 * 2 ^ least(check_count, 10)) * interval '1 minute'
    WHERE (customer_id, topup_intent_id) = (
      SELECT customer_id, topup_intent_id FROM topup_intent
      WHERE customer_id = ${customerId} AND topup_intent_id = ${topUpIntentId}
        AND next_check_at <= ${now}::timestamptz AND ${kind.condition}
      FOR UPDATE SKIP LOCKED
    )`);
  return claimed > 0;
}

/** Raises an alert, unless Stripe is unavailable: then every check fails. */
async function reportFailedCheck(ref: TopUpRef, error: unknown): Promise<void> {
  if (isUnanswered(error)) {
    log().warn({ ...ref, err: error }, "could not check a top-up; it stays due");
    return;
  }
  await reportFailedItem(
    {
      customerId: ref.customerId,
      kind: "top_up_not_checked",
      subjectId: ref.topUpIntentId,
      message: "A top-up could not be checked at Stripe.",
    },
    error,
  );
}

async function check(ref: TopUpRef, now: Date, reads: SessionReads): Promise<void> {
  const intent = await findIntent(ref);
  if (!intent) return;
  if (intent.stripeSessionId) await settleTopUp(ref, intent.stripeSessionId, { now, reads });
  else await checkWithoutSession(ref, intent, now);
}

/** The response was lost, but Stripe may have created a session, and somebody may have paid it. */
async function checkWithoutSession(ref: TopUpRef, intent: TopUpIntent, now: Date): Promise<void> {
  const link = await findStripeCustomer(ref.customerId);
  if (link) {
    const { stripeCustomerId } = link;
    const sessions = await findSessionsOfIntent({ ...ref, stripeCustomerId, since: intent.createdAt });
    for (const session of sessions) {
      if (session.status === "complete") await settleTopUp(ref, session.sessionId, { now });
    }
  }
  const isOver = now.getTime() - intent.createdAt.getTime() >= UNOPENED_LIFETIME_MS;
  if (isOver) await expireUnopened(ref, now);
}

async function expireUnopened(ref: TopUpRef, now: Date): Promise<void> {
  await withTransaction(async (tx) => {
    const intent = await lockIntent(tx, ref);
    if (intent.status !== "created") return;
    await updateIntent(tx, ref, { status: "expired", nextCheckAt: null });
    await addTimelineEntry(tx, ref, "expired", now);
  });
}

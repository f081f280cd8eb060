import { setTimeout as sleep } from "node:timers/promises";
import { findStripeCustomer } from "@/lib/customers";
import { reportFailedItem } from "@/lib/platform/alerts";
import { Prisma, prisma, withTransaction } from "@/lib/platform/db";
import { dueItems } from "@/lib/platform/jobs";
import { log } from "@/lib/platform/log";
import { findSessionsOfIntent, isUnanswered, MAX_UNANSWERED } from "@/lib/stripe";
import { findIntent, lockIntent, moveIntent, note, refOf, type TopUpIntent, type TopUpRef } from "./intents";
import { settleTopUp } from "./settle-top-up";

/** Stripe's own limits are far higher; reconciling must never crowd out a customer. */
const PAUSE_BETWEEN_MS = 200;

/** An intent whose session was never opened is given up after this: as long as its keys live at Stripe. */
const NEVER_OPENED_LIFETIME_MS = 24 * 3_600_000;

/** Intents read at once. */
const PAGE = 100;

/** Top-ups whose invoice one sweep asks for. The rest stays due. */
const MAX_INVOICES = 200;

/** What one sweep did. */
export interface SweepResult {
  checked: number;
  failed: number;
}

/** What is due, and how soon it is due again. */
interface Kind {
  condition: Prisma.Sql;
  /** The waits double from five minutes up to this. */
  longestWaitMinutes: number;
}

const UNDECIDED: Kind = { condition: Prisma.sql`credited_at IS NULL`, longestWaitMinutes: 60 };
const WITHOUT_INVOICE: Kind = { condition: Prisma.sql`credited_at IS NOT NULL`, longestWaitMinutes: 24 * 60 };

/**
 * Looks at every undecided intent that is due and settles it: the way in which a payment is credited when no event ever
 * arrives. First ten minutes after its start, then less and less often, at least hourly while it is undecided. Several
 * sweeps at once share the work.
 *
 * @param options.pauseMs between two intents
 */
export function sweepTopUps(
  now: Date = new Date(),
  options: { pauseMs?: number } = {},
): Promise<SweepResult> {
  return sweep(UNDECIDED, now, { ...options, most: Number.POSITIVE_INFINITY });
}

/**
 * Asks Stripe for the invoices of top-ups that were credited before their invoice was known, and whose `invoice.paid` did
 * not come. First five minutes after the credit, then less and less often, at least daily until it is known.
 *
 * @param options.pauseMs between two top-ups
 * @param options.most top-ups of one sweep
 */
export function sweepInvoices(
  now: Date = new Date(),
  options: { pauseMs?: number; most?: number } = {},
): Promise<SweepResult> {
  return sweep(WITHOUT_INVOICE, now, { most: MAX_INVOICES, ...options });
}

/** Each intent stands alone: its next look is planned first, and one that fails is reported and left behind. */
async function sweep(
  kind: Kind,
  now: Date,
  { pauseMs = PAUSE_BETWEEN_MS, most }: { pauseMs?: number; most: number },
): Promise<SweepResult> {
  const result = { checked: 0, failed: 0 };
  let unanswered = 0;
  for await (const due of dueItems<DueIntent>((after) => findDue(kind, now, after))) {
    const ref = refOf({ customerId: due.customer_id, topUpIntentId: due.topup_intent_id });
    try {
      if (!(await claimDue(kind, ref, now))) continue;
      await check(ref, now);
      unanswered = 0;
    } catch (error) {
      unanswered = isUnanswered(error) ? unanswered + 1 : 0;
      result.failed++;
      await reportFailedLook(ref, error);
    }
    result.checked++;
    if (unanswered >= MAX_UNANSWERED || result.checked >= most) break;
    await sleep(pauseMs);
  }
  return result;
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
    ORDER BY next_check_at, customer_id, topup_intent_id LIMIT ${PAGE}`);
}

/**
 * Plans the next look at an intent, so that a crash after this only delays it.
 *
 * @returns false when another sweep has it, or it is no longer due
 */
async function claimDue(kind: Kind, { customerId, topUpIntentId }: TopUpRef, now: Date): Promise<boolean> {
  const claimed = await prisma().$executeRaw(Prisma.sql`
    UPDATE topup_intent
    SET check_count = check_count + 1,
        next_check_at = ${now}::timestamptz
          + least(${kind.longestWaitMinutes}::int, 5 * 2 ^ least(check_count, 10)) * interval '1 minute'
    WHERE (customer_id, topup_intent_id) = (
      SELECT customer_id, topup_intent_id FROM topup_intent
      WHERE customer_id = ${customerId} AND topup_intent_id = ${topUpIntentId}
        AND next_check_at <= ${now}::timestamptz AND ${kind.condition}
      FOR UPDATE SKIP LOCKED
    )`);
  return claimed > 0;
}

/** While Stripe is away every look fails, which is no fault of the intent. */
async function reportFailedLook(ref: TopUpRef, error: unknown): Promise<void> {
  if (isUnanswered(error)) {
    log().warn({ ...ref, err: error }, "a top-up could not be checked; it stays due");
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

async function check(ref: TopUpRef, now: Date): Promise<void> {
  const intent = await findIntent(ref);
  if (!intent) return;
  if (intent.stripeSessionId) await settleTopUp(ref, intent.stripeSessionId, { now });
  else await checkWithoutSession(ref, intent, now);
}

/** We never heard an answer, but Stripe may have made a session, and perhaps somebody paid it. */
async function checkWithoutSession(ref: TopUpRef, intent: TopUpIntent, now: Date): Promise<void> {
  const link = await findStripeCustomer(ref.customerId);
  if (link) {
    const { stripeCustomerId } = link;
    const sessions = await findSessionsOfIntent({ ...ref, stripeCustomerId, since: intent.createdAt });
    for (const session of sessions) {
      if (session.status === "complete") await settleTopUp(ref, session.sessionId, { now });
    }
  }
  const isOver = now.getTime() - intent.createdAt.getTime() >= NEVER_OPENED_LIFETIME_MS;
  if (isOver) await expireNeverOpened(ref, now);
}

async function expireNeverOpened(ref: TopUpRef, now: Date): Promise<void> {
  await withTransaction(async (tx) => {
    const intent = await lockIntent(tx, ref);
    if (intent.status !== "created") return;
    await moveIntent(tx, ref, { status: "expired", nextCheckAt: null });
    await note(tx, ref, "expired", now);
  });
}

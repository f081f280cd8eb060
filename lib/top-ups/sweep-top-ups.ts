import { setTimeout as sleep } from "node:timers/promises";
import { findStripeCustomer } from "@/lib/customers";
import { Prisma, prisma, withTransaction } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";
import { findSessionsOfIntent, isUnanswered, MAX_UNANSWERED } from "@/lib/stripe";
import { findIntent, lockIntent, moveIntent, note, refOf, type TopUpIntent, type TopUpRef } from "./intents";
import { settleTopUp } from "./settle-top-up";

/** Stripe's own limits are far higher; reconciling must never crowd out a customer. */
const PAUSE_BETWEEN_MS = 200;

/** An intent whose session was never opened is given up after this: as long as its keys live at Stripe. */
const NEVER_OPENED_LIFETIME_MS = 24 * 3_600_000;

/** What one sweep did. */
export interface SweepResult {
  checked: number;
  failed: number;
}

/**
 * Looks at every intent that is due and settles it: the way in which a payment is credited when no event ever arrives.
 * First ten minutes after its start, then less and less often, at least hourly while it is undecided. Several sweeps at
 * once share the work.
 *
 * @param options.pauseMs between two intents
 */
export async function sweepTopUps(
  now: Date = new Date(),
  options: { pauseMs?: number } = {},
): Promise<SweepResult> {
  const result = { checked: 0, failed: 0 };
  for (let unanswered = 0; unanswered < MAX_UNANSWERED; ) {
    const ref = await claimDue(now);
    if (!ref) return result;
    try {
      await check(ref, now);
      unanswered = 0;
    } catch (error) {
      unanswered = isUnanswered(error) ? unanswered + 1 : 0;
      result.failed++;
      log().warn({ ...ref, err: error }, "a top-up could not be checked; it stays due");
    }
    result.checked++;
    await sleep(options.pauseMs ?? PAUSE_BETWEEN_MS);
  }
  return result;
}

/** Takes the longest due intent and plans its next look at once, so that a crash here only delays it. */
async function claimDue(now: Date): Promise<TopUpRef | null> {
  const rows = await prisma().$queryRaw<{ customer_id: string; topup_intent_id: string }[]>(Prisma.sql`
    UPDATE topup_intent
    SET check_count = check_count + 1,
        next_check_at = ${now}::timestamptz + least(60, 5 * 2 ^ least(check_count, 10)) * interval '1 minute'
    WHERE (customer_id, topup_intent_id) = (
      SELECT customer_id, topup_intent_id FROM topup_intent
      WHERE next_check_at <= ${now}::timestamptz
      ORDER BY next_check_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING customer_id, topup_intent_id`);
  const row = rows[0];
  return row ? refOf({ customerId: row.customer_id, topUpIntentId: row.topup_intent_id }) : null;
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

import { prisma } from "@/lib/platform/db";
import { NotFoundError } from "@/lib/platform/errors";
import { type CustomerId, isId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import { findIntent, refOf, type TopUpIntent } from "./intents";
import { settleTopUp } from "./settle-top-up";

/** One line of an attempt's history. */
export interface TimelineEntry {
  at: Date;
  what: string;
  reference: string | null;
}

/** An attempt with its history. */
export interface TopUpDetails {
  intent: TopUpIntent;
  timeline: TimelineEntry[];
}

/** Requests for the state of one attempt make us look at Stripe at most this often. */
const LOOK_AGAIN_AFTER_MS = 3_000;

/**
 * Reads one attempt. While it is undecided this also looks at Stripe, so that a late webhook does not keep the customer
 * waiting; when Stripe does not answer, what we know is told.
 *
 * @throws NotFoundError there is none, or it is another customer's
 */
export async function readTopUp(
  customerId: CustomerId,
  topUpIntentId: string,
  now: Date = new Date(),
): Promise<TopUpDetails> {
  if (!isId("topUp", topUpIntentId)) throw new NotFoundError("top-up");
  const ref = { customerId, topUpIntentId };
  const first = await findIntent(ref);
  if (!first) throw new NotFoundError("top-up");
  if (await claimLook(first, now)) await look(first, now);

  const [intent, timeline] = await Promise.all([
    findIntent(ref),
    prisma().topUpTimeline.findMany({ where: ref, orderBy: [{ at: "asc" }, { entryId: "asc" }] }),
  ]);
  return { intent: intent ?? first, timeline };
}

async function claimLook(intent: TopUpIntent, now: Date): Promise<boolean> {
  if (!intent.stripeSessionId || !["open", "processing"].includes(intent.status)) return false;
  const before = new Date(now.getTime() - LOOK_AGAIN_AFTER_MS);
  const { customerId, topUpIntentId } = intent;
  const claimed = await prisma().topUpIntent.updateMany({
    where: { customerId, topUpIntentId, OR: [{ lookedAt: null }, { lookedAt: { lt: before } }] },
    data: { lookedAt: now },
  });
  return claimed.count > 0;
}

async function look(intent: TopUpIntent, now: Date): Promise<void> {
  try {
    await settleTopUp(refOf(intent), intent.stripeSessionId ?? "", { now });
  } catch (error) {
    // The question was what we know; the webhook and the sweep will tell the rest.
    log().warn({ topUpIntentId: intent.topUpIntentId, err: error }, "could not look at Stripe");
  }
}

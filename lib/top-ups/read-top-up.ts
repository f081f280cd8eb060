import { prisma } from "@/lib/platform/db";
import { NotFoundError } from "@/lib/platform/errors";
import { type CustomerId, isId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import { findIntent, refOf, type TopUpIntent } from "./intents";
import { settleTopUp } from "./settle-top-up";

/** One entry of a top-up's timeline. */
export interface TimelineEntry {
  at: Date;
  what: string;
  reference: string | null;
}

/** A top-up with its timeline. */
export interface TopUpDetails {
  intent: TopUpIntent;
  timeline: TimelineEntry[];
}

/** Requests for one top-up ask Stripe at most this often. */
const REFRESH_INTERVAL_MS = 3_000;

/**
 * Reads one top-up. While it is open this first settles it from Stripe, so that the customer does not wait for a late
 * webhook. If Stripe is unavailable, returns the stored state.
 *
 * @throws NotFoundError it does not exist, or belongs to another customer
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
  if (await claimRefresh(first, now)) await refresh(first, now);

  const [intent, timeline] = await Promise.all([
    findIntent(ref),
    prisma().topUpTimeline.findMany({ where: ref, orderBy: [{ at: "asc" }, { entryId: "asc" }] }),
  ]);
  return { intent: intent ?? first, timeline };
}

/** Returns false when nothing can have changed, or another request asked Stripe a moment ago. */
async function claimRefresh(intent: TopUpIntent, now: Date): Promise<boolean> {
  if (!intent.stripeSessionId || !["open", "processing"].includes(intent.status)) return false;
  const before = new Date(now.getTime() - REFRESH_INTERVAL_MS);
  const { customerId, topUpIntentId } = intent;
  const claimed = await prisma().topUpIntent.updateMany({
    where: { customerId, topUpIntentId, OR: [{ lookedAt: null }, { lookedAt: { lt: before } }] },
    data: { lookedAt: now },
  });
  return claimed.count > 0;
}

async function refresh(intent: TopUpIntent, now: Date): Promise<void> {
  try {
    await settleTopUp(refOf(intent), intent.stripeSessionId ?? "", { now });
  } catch (error) {
    // The webhook and the sweep will settle it.
    log().warn({ topUpIntentId: intent.topUpIntentId, err: error }, "could not refresh a top-up from Stripe");
  }
}

/** The invoice of a top-up. */
export interface InvoiceLink {
  number: string | null;
  /** The page of the invoice at Stripe. */
  hostedUrl: string;
}

/** Finds the invoices of a customer's top-ups, by top-up id. Top-ups without an invoice are left out. */
export async function findInvoices(
  customerId: CustomerId,
  topUpIntentIds: readonly string[],
): Promise<Map<string, InvoiceLink>> {
  if (topUpIntentIds.length === 0) return new Map();
  const rows = await prisma().topUpIntent.findMany({
    where: { customerId, topUpIntentId: { in: [...topUpIntentIds] }, invoiceHostedUrl: { not: null } },
    select: { topUpIntentId: true, invoiceNumber: true, invoiceHostedUrl: true },
  });
  return new Map(
    rows.flatMap(({ topUpIntentId, invoiceNumber: number, invoiceHostedUrl: hostedUrl }) =>
      hostedUrl ? [[topUpIntentId, { number, hostedUrl }]] : [],
    ),
  );
}

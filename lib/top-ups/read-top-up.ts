import { listTransfersOf } from "@/lib/ledger";
import { type Cents, cents, type Nanos, nanos } from "@/lib/money";
import { prisma } from "@/lib/platform/db";
import { NotFoundError } from "@/lib/platform/errors";
import { type CustomerId, isId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import type { ReversalSource } from "@/lib/reversals";
import { asLookUp, LookUpBudgetError } from "@/lib/stripe";
import { findIntent, refOf, type TopUpIntent, type TopUpRef } from "./intents";
import { settleTopUp } from "./settle-top-up";
import { buildTimeline, type TimelineEntry } from "./timeline";

/** A top-up with its timeline. */
export interface TopUpDetails {
  intent: TopUpIntent;
  timeline: TimelineEntry[];
  /** What refunds of the credited payment have sent back to the card. */
  refunded: RefundedParts;
}

/** A refund consists of a part of the credit and the tax on it. */
export interface RefundedParts {
  /** Tax included. */
  total: Cents;
  /** The part that was taken from the balance. */
  credit: Nanos;
}

/**
 * The pauses between two look-ups of one top-up: on arrival of the payer and after 2, 5 and 10 seconds. From then on the reader
 * of events is at least as fast, so it is looked up once a minute only.
 */
const LOOK_UP_PAUSES_MS = [0, 2_000, 3_000, 5_000, 60_000];

/** A page asks a little early now and then. */
const PAUSE_TOLERANCE_MS = 250;

/** A request does not wait longer than this for its look-up. It shows what is stored then. */
const LOOK_UP_WAIT_MS = 400;

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
  const nothing = { total: cents(0n), credit: nanos(0n) };
  return (await loadTopUp(ref)) ?? { intent: first, timeline: [], refunded: nothing };
}

/** Reads one top-up as last known to us, without asking Stripe; null when it does not exist. */
export async function loadTopUp(ref: TopUpRef): Promise<TopUpDetails | null> {
  const [intent, stored, reversals] = await Promise.all([
    findIntent(ref),
    prisma().topUpTimeline.findMany({ where: ref, orderBy: [{ at: "asc" }, { entryId: "asc" }] }),
    prisma().reversal.findMany({ where: ref }),
  ]);
  if (!intent) return null;
  const sources = reversals.map(({ sourceType, sourceId }) => ({
    type: sourceType as ReversalSource, // guaranteed by a CHECK constraint
    id: sourceId,
  }));
  const transfers = intent.creditedAt
    ? await listTransfersOf(ref.customerId, [{ type: "topup", id: ref.topUpIntentId }, ...sources])
    : [];
  const refunds = reversals.filter(
    ({ sourceType, stripePaymentIntentId }) =>
      sourceType === "stripe_refund" && stripePaymentIntentId === intent.stripePaymentIntentId,
  );
  const sent = new Map(refunds.map((row) => [row.sourceId, cents(BigInt(row.effectiveCents ?? 0))]));
  return {
    intent,
    timeline: buildTimeline(stored, transfers, sent),
    refunded: {
      total: cents([...sent.values()].reduce((sum, amount) => sum + amount, 0n)),
      credit: nanos(refunds.reduce((sum, { appliedNanos }) => sum + appliedNanos, 0n)),
    },
  };
}

/** Returns false when nothing can have changed, or it is too early to ask Stripe again. */
async function claimRefresh(intent: TopUpIntent, now: Date): Promise<boolean> {
  const { customerId, topUpIntentId, stripeSessionId, status, lookedAt, lookCount } = intent;
  if (!stripeSessionId || !["open", "processing"].includes(status)) return false;
  const pauseMs = LOOK_UP_PAUSES_MS[Math.min(lookCount, LOOK_UP_PAUSES_MS.length - 1)] ?? 0;
  const dueAt = lookedAt ? lookedAt.getTime() + pauseMs - PAUSE_TOLERANCE_MS : 0;
  if (now.getTime() < dueAt) return false;
  const claimed = await prisma().topUpIntent.updateMany({
    where: { customerId, topUpIntentId, lookCount, lookedAt },
    data: { lookedAt: now, lookCount: { increment: 1 } },
  });
  return claimed.count > 0;
}

async function refresh(intent: TopUpIntent, now: Date): Promise<void> {
  const settle = () => settleTopUp(refOf(intent), intent.stripeSessionId ?? "", { now });
  try {
    await asLookUp(settle, { maxWaitMs: LOOK_UP_WAIT_MS });
  } catch (error) {
    if (error instanceof LookUpBudgetError) return releaseRefresh(intent);
    // The webhook, the reader of events and the sweep will settle it.
    log().warn({ topUpIntentId: intent.topUpIntentId, err: error }, "could not refresh a top-up from Stripe");
  }
}

/** Stripe was not asked, so the next request may. */
async function releaseRefresh({
  customerId,
  topUpIntentId,
  lookedAt,
  lookCount,
}: TopUpIntent): Promise<void> {
  await prisma().topUpIntent.updateMany({
    where: { customerId, topUpIntentId, lookCount: lookCount + 1 },
    data: { lookedAt, lookCount },
  });
}

/** A payer who returns again and again does not get more look-ups than this. */
const RETURN_INTERVAL_MS = 15_000;

/** The payer has returned from Checkout: the next requests for the top-up ask Stripe again on arrival and after 2, 5 and 10 s. */
export async function expectPayment(customerId: CustomerId, topUpIntentId: string, now: Date): Promise<void> {
  const before = new Date(now.getTime() - RETURN_INTERVAL_MS);
  await prisma().topUpIntent.updateMany({
    where: {
      customerId,
      topUpIntentId,
      status: { in: ["open", "processing"] },
      lookCount: { gt: 0 },
      OR: [{ lookedAt: null }, { lookedAt: { lt: before } }],
    },
    data: { lookCount: 0 },
  });
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

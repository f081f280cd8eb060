import { type Prisma, prisma } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import type { TopUpIntent, TopUpMode, TopUpStatus } from "./intents";

/** Statuses that replace `succeeded` when money went back. */
export const AFTERWARDS = ["disputed", "refunded", "partially_refunded"] as const;

/** The status of a top-up as customers see it. */
export type ShownTopUpStatus = TopUpStatus | (typeof AFTERWARDS)[number];

/** One page of attempts, newest first. */
export interface TopUpPage {
  topUps: TopUpIntent[];
  /** What to ask for as `before` to read on; null on the last page. */
  nextBefore: string | null;
}

/** Returns the status that customers see. A dispute takes precedence over a refund. */
export function shownStatus(intent: TopUpIntent): ShownTopUpStatus {
  if (intent.status !== "succeeded" || !intent.creditedAt) return intent.status as TopUpStatus;
  if (intent.disputeState) return "disputed";
  if (intent.reversedNanos === 0n) return "succeeded";
  return intent.reversedNanos === intent.creditedNanos ? "refunded" : "partially_refunded";
}

/**
 * Lists a customer's top-ups from the database. Unlike `readTopUp` it does not ask Stripe.
 *
 * @param options.status the status that customers see
 */
export function listTopUps(
  customerId: CustomerId,
  options: {
    mode: TopUpMode | "all";
    status?: ShownTopUpStatus | undefined;
    before?: string | undefined;
    limit: number;
  },
): Promise<TopUpPage> {
  const { mode, status, ...page } = options;
  return readPage(customerId, page, {
    ...(mode !== "all" && { mode }),
    ...(status !== undefined && whereShown(status)),
  });
}

/** Lists a customer's top-ups that have an invoice. */
export function listInvoices(
  customerId: CustomerId,
  page: { before?: string | undefined; limit: number },
): Promise<TopUpPage> {
  // Has an index of its own, because most top-ups of a customer may never have been paid.
  return readPage(customerId, page, { invoiceHostedUrl: { not: null } });
}

async function readPage(
  customerId: CustomerId,
  { before, limit }: { before?: string | undefined; limit: number },
  where: Prisma.TopUpIntentWhereInput,
): Promise<TopUpPage> {
  const rows = await prisma().topUpIntent.findMany({
    where: { customerId, ...where, ...(before !== undefined && { topUpIntentId: { lt: before } }) },
    orderBy: { topUpIntentId: "desc" }, // an id begins with the time of its making
    take: limit + 1, // one more tells whether there is a next page
  });
  const topUps = rows.slice(0, limit);
  return { topUps, nextBefore: rows.length > limit ? (topUps.at(-1)?.topUpIntentId ?? null) : null };
}

/** `shownStatus` as a condition. */
function whereShown(status: ShownTopUpStatus): Prisma.TopUpIntentWhereInput {
  const { creditedNanos } = prisma().topUpIntent.fields;
  const credited = { status: "succeeded", creditedAt: { not: null } };
  const undisputed = { ...credited, disputeState: null };
  switch (status) {
    case "disputed":
      return { ...credited, disputeState: { not: null } };
    case "refunded":
      return { ...undisputed, reversedNanos: { gt: 0, equals: creditedNanos } };
    case "partially_refunded":
      return { ...undisputed, reversedNanos: { gt: 0, lt: creditedNanos } };
    case "succeeded":
      return { status, OR: [{ creditedAt: null }, { disputeState: null, reversedNanos: 0 }] };
    default:
      return { status };
  }
}

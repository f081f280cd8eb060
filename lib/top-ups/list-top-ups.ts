import { type Prisma, prisma } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { type Page, type PageRequest, readPage } from "@/lib/platform/paging";
import type { TopUpIntent, TopUpMode, TopUpStatus } from "./intents";

/** Statuses that replace `succeeded` when money went back. */
export const AFTERWARDS = ["disputed", "refunded", "partially_refunded"] as const;

/** The status of a top-up as customers see it. */
export type ShownTopUpStatus = TopUpStatus | (typeof AFTERWARDS)[number];

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
  options: PageRequest & { mode: TopUpMode | "all"; status?: ShownTopUpStatus | undefined },
): Promise<Page<TopUpIntent>> {
  const { mode, status, ...request } = options;
  return readIntents(request, {
    customerId,
    ...(mode !== "all" && { mode }),
    ...(status !== undefined && whereShown(status)),
  });
}

/** Lists the top-ups of all customers, or of one, for the operator. */
export function listAllTopUps(
  options: PageRequest & { customerId?: CustomerId | undefined; status?: ShownTopUpStatus | undefined },
): Promise<Page<TopUpIntent>> {
  const { customerId, status, ...request } = options;
  return readIntents(request, {
    ...(customerId !== undefined && { customerId }),
    ...(status !== undefined && whereShown(status)),
  });
}

/** Lists a customer's top-ups that have an invoice. One that was voided, because it was given up, is left out. */
export function listInvoices(customerId: CustomerId, request: PageRequest): Promise<Page<TopUpIntent>> {
  // Has an index of its own, because most top-ups of a customer may never have been paid.
  return readIntents(request, {
    customerId,
    invoiceHostedUrl: { not: null },
    status: { notIn: ["failed", "canceled"] },
  });
}

function readIntents(request: PageRequest, where: Prisma.TopUpIntentWhereInput): Promise<Page<TopUpIntent>> {
  return readPage(
    request,
    (take, before) =>
      prisma().topUpIntent.findMany({
        where: { ...where, ...(before !== undefined && { topUpIntentId: { lt: before } }) },
        orderBy: { topUpIntentId: "desc" }, // ids sort by creation time
        take,
      }),
    ({ topUpIntentId }) => topUpIntentId,
  );
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

import { type Prisma, prisma, type Tx } from "@/lib/platform/db";
import { NotFoundError } from "@/lib/platform/errors";
import { type CustomerId, isId, newId, type TopUpId } from "@/lib/platform/ids";
import type { TimelineCode } from "./timeline-messages";

/** A row of `topup_intent`. */
export type TopUpIntent = Prisma.TopUpIntentGetPayload<object>;

/** The key of an intent. */
export interface TopUpRef {
  customerId: CustomerId;
  topUpIntentId: TopUpId;
}

/** The database has the same lists as CHECKs. */
export const TOP_UP_STATUSES = [
  "created",
  "open",
  "processing",
  "succeeded",
  "retry_wait",
  "action_required",
  "failed",
  "expired",
  "canceled",
  "needs_review",
] as const;
export type TopUpStatus = (typeof TOP_UP_STATUSES)[number];

/** `payment` adds money, `setup` saves a card without a charge. */
export const TOP_UP_MODES = ["payment", "setup"] as const;
export type TopUpMode = (typeof TOP_UP_MODES)[number];

/** `checkout` was started by a person, `auto` by automatic top-up. */
export const TOP_UP_SOURCES = ["checkout", "auto"] as const;
export type TopUpSource = (typeof TOP_UP_SOURCES)[number];

/** Finds an intent of a customer. Returns null when it does not exist or belongs to another customer. */
export function findIntent(ref: { customerId: string; topUpIntentId: string }): Promise<TopUpIntent | null> {
  const { customerId, topUpIntentId } = ref;
  return prisma().topUpIntent.findUnique({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
  });
}

/** Finds intents by their keys, in any order. Those that do not exist are left out. */
export async function findIntents(refs: readonly TopUpRef[]): Promise<TopUpIntent[]> {
  const owners = new Map(refs.map(({ customerId, topUpIntentId }) => [topUpIntentId as string, customerId]));
  const rows = await prisma().topUpIntent.findMany({ where: { topUpIntentId: { in: [...owners.keys()] } } });
  return rows.filter(({ customerId, topUpIntentId }) => owners.get(topUpIntentId) === customerId);
}

/**
 * Reads an intent of any customer, as only the operator may.
 *
 * @throws NotFoundError it does not exist
 */
export async function readAnyIntent(topUpIntentId: string): Promise<TopUpIntent> {
  const intent = isId("topUp", topUpIntentId)
    ? await prisma().topUpIntent.findFirst({ where: { topUpIntentId } })
    : null;
  if (!intent) throw new NotFoundError("top-up");
  return intent;
}

/** Locks an intent until the transaction ends, then reads it. */
export async function lockIntent(tx: Tx, ref: TopUpRef): Promise<TopUpIntent> {
  const { customerId, topUpIntentId } = ref;
  await tx.$queryRaw`
    SELECT 1 FROM topup_intent WHERE customer_id = ${customerId} AND topup_intent_id = ${topUpIntentId} FOR UPDATE`;
  return tx.topUpIntent.findUniqueOrThrow({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
  });
}

/** Updates an intent that this transaction has locked, and increments its version. */
export async function updateIntent(
  tx: Tx,
  ref: TopUpRef,
  data: Prisma.TopUpIntentUncheckedUpdateInput,
): Promise<TopUpIntent> {
  const { customerId, topUpIntentId } = ref;
  return tx.topUpIntent.update({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
    data: { ...data, version: { increment: 1 } },
  });
}

/**
 * Adds an entry to the timeline that the customer sees.
 *
 * @param what the code of the entry, such as `credited`
 * @param reference the id of the object at Stripe that the entry is about
 */
export async function addTimelineEntry(
  tx: Tx,
  ref: TopUpRef,
  what: TimelineCode,
  at: Date,
  reference: string | null = null,
): Promise<void> {
  const { customerId, topUpIntentId } = ref;
  await tx.topUpTimeline.create({
    data: { customerId, topUpIntentId, entryId: newId("timeline"), at, what, reference },
  });
}

/** Returns the key of a row, with branded ids. */
export function refOf(intent: { customerId: string; topUpIntentId: string }): TopUpRef {
  return { customerId: intent.customerId as CustomerId, topUpIntentId: intent.topUpIntentId as TopUpId };
}

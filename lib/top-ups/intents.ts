import { type Prisma, prisma, type Tx } from "@/lib/platform/db";
import { type CustomerId, newId, type TopUpId } from "@/lib/platform/ids";

/** A row of `topup_intent`. */
export type TopUpIntent = Prisma.TopUpIntentGetPayload<object>;

/** Which intent: always together with its customer, since the key begins with it. */
export interface TopUpRef {
  customerId: CustomerId;
  topUpIntentId: TopUpId;
}

/** Reads an intent of a customer; null when there is none, or when it is another customer's. */
export function findIntent(ref: { customerId: string; topUpIntentId: string }): Promise<TopUpIntent | null> {
  const { customerId, topUpIntentId } = ref;
  return prisma().topUpIntent.findUnique({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
  });
}

/** Locks an intent until the transaction ends and reads it as it is then. */
export async function lockIntent(tx: Tx, ref: TopUpRef): Promise<TopUpIntent> {
  const { customerId, topUpIntentId } = ref;
  await tx.$queryRaw`
    SELECT 1 FROM topup_intent WHERE customer_id = ${customerId} AND topup_intent_id = ${topUpIntentId} FOR UPDATE`;
  return tx.topUpIntent.findUniqueOrThrow({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
  });
}

/** Changes an intent that this transaction has locked. Each transition raises the version. */
export async function moveIntent(
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

/** Adds a line to what the customer can read about an attempt. */
export async function note(
  tx: Tx,
  ref: TopUpRef,
  what: string,
  at: Date,
  reference?: string | null,
): Promise<void> {
  await tx.topUpTimeline.create({
    data: {
      customerId: ref.customerId,
      topUpIntentId: ref.topUpIntentId,
      entryId: newId("timeline"),
      at,
      what,
      reference: reference ?? null,
    },
  });
}

/** The branded ids of a row. */
export function refOf(intent: { customerId: string; topUpIntentId: string }): TopUpRef {
  return { customerId: intent.customerId as CustomerId, topUpIntentId: intent.topUpIntentId as TopUpId };
}

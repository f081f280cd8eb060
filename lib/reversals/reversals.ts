import { findOwner } from "@/lib/customers";
import { cents } from "@/lib/money";
import { type Prisma, prisma, type Tx } from "@/lib/platform/db";
import type { CustomerId, TopUpId } from "@/lib/platform/ids";
import { retrieveInvoiceOfPayment } from "@/lib/stripe";
import { type CountedReversal, type ReversalSource, sumEffective } from "./rules";

/** A row of `reversal`. */
export type Reversal = Prisma.ReversalGetPayload<object>;

/** A top-up as reversals see it: its row in `topup_intent`. */
export type ReversedTopUp = Prisma.TopUpIntentGetPayload<object>;

/** Which top-up, together with its customer. */
export interface PaidTopUp {
  customerId: CustomerId;
  topUpIntentId: TopUpId;
}

/** Finds a refund or dispute by Stripe's id; null when it was never seen. */
export async function findReversal(sourceType: ReversalSource, sourceId: string): Promise<Reversal | null> {
  const owner = await findOwner(sourceId);
  if (owner?.kind !== sourceType) return null;
  const { customerId } = owner;
  return prisma().reversal.findUnique({
    where: { customerId_sourceType_sourceId: { customerId, sourceType, sourceId } },
  });
}

/**
 * Finds the top-up that a payment is of: the credited one, or the one that the metadata of the payment or of its invoice
 * names. May call Stripe.
 *
 * @returns null when the payment is none of ours
 * @throws StripeUnavailableError the invoice of the payment could not be read
 */
export async function findTopUpOfPayment(payment: {
  paymentIntentId: string;
  metadata: Record<string, string>;
  livemode: boolean;
}): Promise<PaidTopUp | null> {
  const named = await findNamedTopUp(payment);
  if (!named) return null;
  const { customerId, topUpIntentId } = named;
  const intent = await prisma().topUpIntent.findUnique({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
    select: { livemode: true },
  });
  if (intent?.livemode !== payment.livemode) return null;
  return { customerId: customerId as CustomerId, topUpIntentId: topUpIntentId as TopUpId };
}

async function findNamedTopUp(payment: { paymentIntentId: string; metadata: Record<string, string> }) {
  const owner = await findOwner(payment.paymentIntentId);
  if (owner?.kind === "payment_intent") return { customerId: owner.customerId, topUpIntentId: owner.ourId };
  // The payment of an automatic top-up has no metadata of ours; its invoice has.
  return (
    topUpIn(payment.metadata) ?? topUpIn((await retrieveInvoiceOfPayment(payment.paymentIntentId))?.metadata)
  );
}

function topUpIn(metadata: Record<string, string> | undefined) {
  const { customer_id: customerId, topup_intent_id: topUpIntentId } = metadata ?? {};
  return customerId && topUpIntentId ? { customerId, topUpIntentId } : null;
}

/** Locks the top-up until the transaction ends. Every change of its reversals does so first. */
export async function lockReversedTopUp(tx: Tx, topUp: PaidTopUp): Promise<ReversedTopUp> {
  const { customerId, topUpIntentId } = topUp;
  await tx.$queryRaw`
    SELECT 1 AS one FROM topup_intent
    WHERE customer_id = ${customerId} AND topup_intent_id = ${topUpIntentId} FOR UPDATE`;
  return tx.topUpIntent.findUniqueOrThrow({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
  });
}

/** Reads every refund and dispute of one payment of a top-up. */
export function listReversals(
  db: Pick<Tx, "reversal">,
  { customerId, topUpIntentId }: { customerId: string; topUpIntentId: string },
  stripePaymentIntentId: string,
): Promise<Reversal[]> {
  return db.reversal.findMany({ where: { customerId, topUpIntentId, stripePaymentIntentId } });
}

/** A row as the rules look at it. */
export function counted(row: Reversal): CountedReversal & { reversal: Reversal } {
  return {
    sourceType: row.sourceType as ReversalSource, // so says a CHECK of the database
    sourceId: row.sourceId,
    stripeCreatedAt: row.stripeCreatedAt,
    effectiveCents: row.effectiveCents === null ? null : cents(BigInt(row.effectiveCents)),
    reversal: row,
  };
}

/** Whether all of a payment has gone back. */
export function isFullyReturned(rows: readonly Reversal[]): boolean {
  const [first] = rows;
  return first !== undefined && sumEffective(rows.map(counted)) >= BigInt(first.chargeCents);
}

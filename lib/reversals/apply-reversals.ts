import { post } from "@/lib/ledger";
import { cents, type Nanos, nanos } from "@/lib/money";
import { inTransaction, type Tx } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { counted, listReversals, type Reversal, type ReversedTopUp } from "./reversals";
import { allocateTarget } from "./rules";

/** What applying the reversals of a top-up did to its customer's balance. */
export interface AppliedReversals {
  /** What the balance gained, or lost when it is negative. */
  change: Nanos;
  /** The balance after the last transfer; null when there was none. */
  balanceAfter: Nanos | null;
}

const NOTHING: AppliedReversals = { change: nanos(0n), balanceAfter: null };

/**
 * Brings the balance in line with the refunds and disputes of a top-up: the target is allocated to them, and each one
 * whose part changed posts the difference. Applying the same rows again posts nothing. As long as the top-up is not credited
 * nothing is taken: its rows wait for the transaction that credits.
 *
 * @param topUp the row as it is now; this transaction has locked it
 * @param occurredAt when the money moved in the world
 */
export async function applyReversals(
  tx: Tx,
  topUp: ReversedTopUp,
  occurredAt: Date,
): Promise<AppliedReversals> {
  const { customerId, topUpIntentId, stripePaymentIntentId, creditedAt } = topUp;
  if (!creditedAt || !stripePaymentIntentId) return NOTHING;
  const rows = (await listReversals(tx, topUp, stripePaymentIntentId)).map(counted);
  const [first] = rows;
  if (!first) return NOTHING;

  const chargeCents = cents(BigInt(first.reversal.chargeCents));
  let balanceAfter: Nanos | null = null;
  let reversed = 0n;
  for (const { row, share } of allocateTarget(nanos(topUp.creditedNanos), chargeCents, rows)) {
    reversed += share;
    balanceAfter = (await postShare(tx, row.reversal, share, occurredAt)) ?? balanceAfter;
  }
  if (balanceAfter === null) return NOTHING;
  await tx.topUpIntent.update({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
    data: { reversedNanos: reversed, version: { increment: 1 } },
  });
  return { change: nanos(topUp.reversedNanos - reversed), balanceAfter };
}

/** @returns the balance after the transfer; null when the share is what was applied before */
async function postShare(tx: Tx, row: Reversal, share: Nanos, occurredAt: Date): Promise<Nanos | null> {
  const { customerId, sourceType, sourceId, transferCount } = row;
  const difference = share - row.appliedNanos;
  if (difference === 0n) return null;
  const isDispute = sourceType === "dispute";
  const taken = isDispute ? "dispute" : "stripe_refund";
  const { balanceAfter } = await post(inTransaction(tx), {
    customerId: customerId as CustomerId,
    kind: difference > 0n ? taken : `${taken}_reversal`,
    amount: nanos(difference > 0n ? difference : -difference),
    source: { type: taken, id: sourceId, revision: transferCount },
    description: descriptionOf(isDispute, difference > 0n),
    occurredAt,
  });
  await tx.reversal.update({
    where: { customerId_sourceType_sourceId: { customerId, sourceType, sourceId } },
    data: { appliedNanos: share, transferCount: { increment: 1 } },
  });
  return balanceAfter;
}

function descriptionOf(isDispute: boolean, isTaken: boolean): string {
  if (isDispute) return isTaken ? "Payment disputed" : "Disputed payment returned";
  return isTaken ? "Top-up refunded" : "Refund returned";
}

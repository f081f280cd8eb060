import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import { insertObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";

/** Money that enters or leaves the account's balance. */
export interface Movement {
  /** Positive when it enters. */
  amountCents: number;
  currency: string;
  /** Kept by Stripe on top of the amount. */
  fee?: { amountCents: number; description: string };
  type: Stripe.BalanceTransaction.Type;
  reportingCategory: string;
  /** The charge, refund or dispute that causes it. */
  sourceId: string;
  description: string | null;
  /** Unix seconds; a time that has come makes the money available at once. */
  availableOn: number;
}

/** Writes the balance transaction of a movement. The balance is the sum of these, so nothing else changes it. */
export async function recordMovement(tx: Tx, movement: Movement): Promise<Stripe.BalanceTransaction> {
  const transaction = buildBalanceTransaction(tx, movement);
  const isPending = transaction.status === "pending";
  await insertObject(tx, transaction, {
    refs: { source: movement.sourceId, type: movement.type, currency: movement.currency },
    dueAt: isPending ? movement.availableOn : null,
  });
  return transaction;
}

function buildBalanceTransaction(tx: Tx, movement: Movement): Stripe.BalanceTransaction {
  const { amountCents, currency, fee } = movement;
  const feeDetails = { application: null, currency, type: "stripe_fee" };
  return {
    id: newStripeId("txn"),
    object: "balance_transaction",
    amount: amountCents,
    available_on: movement.availableOn,
    balance_type: "payments",
    created: tx.now,
    currency,
    description: movement.description,
    exchange_rate: null,
    fee: fee?.amountCents ?? 0,
    fee_details: fee ? [{ amount: fee.amountCents, description: fee.description, ...feeDetails }] : [],
    net: amountCents - (fee?.amountCents ?? 0),
    reporting_category: movement.reportingCategory,
    source: movement.sourceId,
    status: movement.availableOn > tx.now ? "pending" : "available",
    type: movement.type,
  };
}

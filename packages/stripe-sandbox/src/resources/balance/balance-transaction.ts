import type { Tx } from "../../runtime";
import { type Behavior, readBehavior } from "../../store/behavior";
import { newStripeId } from "../../store/ids";
import { insertObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";

/** A change of the account's balance, in the currency of the object that caused it. */
export interface NewBalanceTransaction {
  /** Positive for a credit, negative for a debit. */
  amountCents: number;
  currency: string;
  /** Stripe's fee, charged on top of the amount; negative for a fee that is returned. */
  fee?: { amountCents: number; description: string };
  type: Stripe.BalanceTransaction.Type;
  /** @see https://docs.stripe.com/reports/reporting-categories */
  reportingCategory: string;
  /** The charge, refund, dispute or payout that caused it; null for a change of the account itself. */
  sourceId: string | null;
  description: string | null;
  /** Unix seconds. The money is available at once if this is not in the future. */
  availableOn: number;
}

/** Creates a balance transaction. Nothing else changes the balance: it is the sum of these. */
export async function insertBalanceTransaction(
  tx: Tx,
  input: NewBalanceTransaction,
): Promise<Stripe.BalanceTransaction> {
  const { settlement } = await readBehavior(tx);
  const transaction = buildBalanceTransaction(tx, settle(input, settlement));
  const isPending = transaction.status === "pending";
  await insertObject(tx, transaction, {
    refs: { source: input.sourceId, type: input.type, currency: transaction.currency },
    dueAt: isPending ? input.availableOn : null,
  });
  return transaction;
}

interface Settled extends NewBalanceTransaction {
  exchangeRate: number | null;
}

/** Converts to the currency in which the account is paid, half a cent rounded up. */
function settle(input: NewBalanceTransaction, settlement: Behavior["settlement"]): Settled {
  if (!settlement || settlement.currency === input.currency) return { ...input, exchangeRate: null };
  const rate = settlement.exchange_rate;
  const convert = (cents: number) => Math.sign(cents) * Math.floor(Math.abs(cents) * rate + 0.5);
  return {
    ...input,
    amountCents: convert(input.amountCents),
    currency: settlement.currency,
    ...(input.fee && { fee: { ...input.fee, amountCents: convert(input.fee.amountCents) } }),
    exchangeRate: rate,
  };
}

function buildBalanceTransaction(tx: Tx, input: Settled): Stripe.BalanceTransaction {
  const { amountCents, currency, fee } = input;
  const feeDetails = { application: null, currency, type: "stripe_fee" };
  return {
    id: newStripeId("txn"),
    object: "balance_transaction",
    amount: amountCents,
    available_on: input.availableOn,
    balance_type: "payments",
    created: tx.now,
    currency,
    description: input.description,
    exchange_rate: input.exchangeRate,
    fee: fee?.amountCents ?? 0,
    fee_details: fee ? [{ amount: fee.amountCents, description: fee.description, ...feeDetails }] : [],
    net: amountCents - (fee?.amountCents ?? 0),
    reporting_category: input.reportingCategory,
    source: input.sourceId,
    status: input.availableOn > tx.now ? "pending" : "available",
    type: input.type,
  };
}

/** Makes pending money available once its date has come, in one statement because many payments can be due. */
export async function makeDueFundsAvailable(tx: Tx): Promise<void> {
  await tx.query(
    `UPDATE object SET due_at = NULL, data = jsonb_set(data::jsonb, '{status}', '"available"')::json
     WHERE id IN (
       SELECT id FROM object WHERE type = 'balance_transaction' AND due_at <= $1
       ORDER BY due_at, id FOR UPDATE SKIP LOCKED)`,
    [tx.now],
  );
}

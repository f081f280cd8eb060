import type Stripe from "stripe";
import { idOf } from "./cards";
import { stripe } from "./client";
import { callStripe, isStripeRefusal } from "./errors";
import { type Listed, type ListWindow, pageParams, toPage } from "./list-page";

/** A movement on the operator's balance at Stripe. */
export interface BalanceTransactionFacts {
  balanceTransactionId: string;
  type: string;
  reportingCategory: string;
  /** In the smallest unit of `currency`, without Stripe's fee; negative when it left the balance. */
  amount: bigint;
  currency: string;
  /** Null when its source is in the same currency. */
  exchangeRate: number | null;
  createdAt: Date;
  /** The charge, refund, dispute or other object that caused it. */
  sourceId: string | null;
}

/**
 * Lists one page of balance transactions, newest first. Their sources are not expanded, which would need a permission for each
 * kind of source.
 *
 * @see https://docs.stripe.com/api/balance_transactions/list
 */
export async function listBalanceTransactions(window: ListWindow): Promise<Listed<BalanceTransactionFacts>> {
  return toPage(await callStripe(() => stripe().balanceTransactions.list(pageParams(window))), facts);
}

/** Retrieves a balance transaction. Returns null when it does not exist. */
export async function retrieveBalanceTransaction(id: string): Promise<BalanceTransactionFacts | null> {
  try {
    return facts(await callStripe(() => stripe().balanceTransactions.retrieve(id)));
  } catch (error) {
    if (isStripeRefusal(error) && error.isMissing) return null;
    throw error;
  }
}

function facts(transaction: Stripe.BalanceTransaction): BalanceTransactionFacts {
  return {
    balanceTransactionId: transaction.id,
    type: transaction.type,
    reportingCategory: transaction.reporting_category,
    amount: BigInt(transaction.amount),
    currency: transaction.currency,
    exchangeRate: transaction.exchange_rate,
    createdAt: new Date(transaction.created * 1_000),
    sourceId: idOf(transaction.source),
  };
}

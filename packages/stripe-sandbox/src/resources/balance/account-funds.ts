import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { insertBalanceTransaction } from "./balance-transaction";

/**
 * Changes of the balance that no payment causes, with their reporting categories.
 *
 * @see https://docs.stripe.com/reports/reporting-categories
 */
export const ACCOUNT_CHANGES = {
  adjustment: "other_adjustment",
  contribution: "contribution",
  reserved_funds: "risk_reserved_funds",
  stripe_fee: "fee",
  stripe_fx_fee: "fee",
  tax_fee: "tax",
  topup: "topup",
  topup_reversal: "topup_reversal",
} as const satisfies Partial<Record<Stripe.BalanceTransaction.Type, string>>;

export type AccountChange = keyof typeof ACCOUNT_CHANGES;

interface AccountChangeInput {
  type: AccountChange;
  /** Negative for what Stripe takes. */
  amountCents: number;
  currency: string;
  description: string | null;
}

/** Changes the balance by something that belongs to no payment: a monthly fee, a reserve, a correction. */
export function recordAccountChange(
  tx: Tx,
  { type, amountCents, currency, description }: AccountChangeInput,
): Promise<Stripe.BalanceTransaction> {
  return insertBalanceTransaction(tx, {
    amountCents,
    currency,
    type,
    reportingCategory: ACCOUNT_CHANGES[type],
    sourceId: null,
    description,
    availableOn: tx.now,
  });
}

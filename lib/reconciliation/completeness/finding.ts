/** The database has the same list as a CHECK. */
export const FINDING_KINDS = [
  "money_without_credit",
  "money_without_reversal",
  "credit_without_money",
  "reversal_without_money",
  "amount_mismatch",
  "unknown_customer",
  "unknown_balance_transaction",
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** A difference between Stripe and the ledger that a person has to resolve. */
export interface Finding {
  kind: FindingKind;
  /** Null when no customer is known. */
  customerId: string | null;
  /** Stripe's balance transaction, or our transfer. */
  subjectId: string;
  /** The charge, refund, dispute or payment at Stripe. */
  stripeObjectId: string | null;
  topUpIntentId: string | null;
  /** What is missing on the other side, in the smallest unit of the currency. */
  amountCents: bigint;
  currency: string;
  message: string;
}

/** What a person should do about a finding. */
export const WHAT_TO_DO: Record<FindingKind, string> = {
  money_without_credit:
    "Look up the payment in the Stripe Dashboard. If the customer should have the money, adjust the balance; otherwise refund the payment.",
  money_without_reversal:
    "Look up the refund or dispute in the Stripe Dashboard, and adjust the balance by what the payment's credit must lose.",
  credit_without_money:
    "Look for manual changes in the database. If Stripe does not have the payment, take the credit back with an adjustment.",
  reversal_without_money:
    "Look for manual changes in the database. If Stripe did not pay the money back, return it to the customer with an adjustment.",
  amount_mismatch:
    "Compare the amounts in the Stripe Dashboard and in the ledger, and adjust the balance by the difference.",
  unknown_customer:
    "The payment names a customer that this database does not have. If it was created after the backup that you restored, create the customer again and adjust its balance, or refund the payment.",
  unknown_balance_transaction:
    "This version does not know this kind of balance transaction. Look it up in the Stripe Dashboard, and check whether a customer's balance must change.",
};

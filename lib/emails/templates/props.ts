/**
 * What each kind of email shows. Amounts are formatted, with the sign: "$25.00". Times are ISO 8601. A card is "Visa ending in
 * 4242".
 */
export interface MailProps {
  refund_succeeded: {
    /** What was paid back, tax included. */
    amount: string;
    /** What the payment took. */
    paid: string;
    /** What was taken from the balance; null when nothing was. */
    fromBalance: string | null;
    /** Whether the payer paid in another currency. */
    isConverted: boolean;
  };
  topup_credited: ReceiptProps;
  auto_topup_succeeded: ReceiptProps & {
    /** The card that we charged; null if the customer paid on the page of the invoice. */
    card: string | null;
    /** The level below which the balance fell. */
    threshold: string;
  };
  auto_topup_declined: {
    /** What is added to the balance when the payment succeeds. */
    amount: string;
    card: string;
    available: string;
    retryAt: string;
  };
  auto_topup_action_required: {
    /** What the card pays, tax included. */
    total: string;
    card: string;
    available: string;
    /** Stripe's page of the invoice, where the payment is confirmed. */
    confirmUrl: string;
    /** When the payment is given up. */
    expiresAt: string;
  };
  auto_topup_disabled: {
    /** Why it is off, and what to do to turn it on again. */
    explanation: string;
    available: string;
  };
  daily_cap_reached: {
    available: string;
    /** What automatic top-ups have charged in the last 24 hours, and in how many charges. */
    used: string;
    usedCount: number;
    /** The most that the card pays in 24 hours, and in how many charges. */
    cap: string;
    count: number;
    /** When another charge fits; null if that is unknown. */
    freesAt: string | null;
    /** The caps for the next 24 hours if the customer allows more; null if that has been done. */
    raised: { cap: string; count: number } | null;
  };
  monthly_cap_reached: {
    available: string;
    /** What automatic top-ups have charged in the calendar month (UTC). */
    used: string;
    cap: string;
    /** When another charge fits: at the start of the next month. */
    freesAt: string | null;
  };
  card_expiring: {
    card: string;
    /** As printed on the card: "04/29". */
    expires: string;
    /** Whether auto top-up charges it. */
    isForAutoTopUp: boolean;
  };
  low_balance: {
    threshold: string;
    available: string;
    /** Whether nothing stands in the way of the next auto top-up. */
    isAutoTopUpReady: boolean;
  };
}

/** A payment and the credit that it led to. */
export interface ReceiptProps {
  topUpIntentId: string;
  paidAt: string;
  /** What was paid, tax included. */
  total: string;
  tax: string;
  credited: string;
  /** The balance right after the credit. */
  balanceAfter: string;
  invoiceNumber: string | null;
  /** Whether the payer paid in another currency. */
  isConverted: boolean;
}

export type MailKind = keyof MailProps;

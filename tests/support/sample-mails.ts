import type { MailKind, MailProps } from "@/lib/emails";

const RECEIPT = {
  topUpIntentId: "topup_01m81xgxrcexrs47sfmrsawft1",
  paidAt: "2026-11-29T21:05:00.000Z",
  total: "$29.75",
  tax: "$4.75",
  credited: "$25.00",
  balanceAfter: "$31.20",
  invoiceNumber: "BRIM-0042",
  isConverted: true,
};
const CARD = "Visa ending in 4242";

/** An email of each kind, with every optional part. */
export const SAMPLE_MAILS: MailProps = {
  refund_succeeded: { amount: "$11.90", paid: "$23.80", fromBalance: "$10.00", isConverted: true },
  topup_credited: RECEIPT,
  auto_topup_succeeded: { ...RECEIPT, card: CARD, threshold: "$10.00" },
  auto_topup_declined: {
    amount: "$50.00",
    card: CARD,
    available: "$4.12",
    retryAt: "2026-11-30T21:05:00.000Z",
  },
  auto_topup_action_required: {
    total: "$59.50",
    card: CARD,
    available: "$4.12",
    confirmUrl: "https://invoice.stripe.com/i/acct_1/test_1?s=em&x=1",
    expiresAt: "2026-11-30T21:05:00.000Z",
  },
  auto_topup_disabled: {
    explanation: "The card was declined. Choose another card and turn auto top-up on again.",
    available: "$4.12",
  },
  daily_cap_reached: {
    available: "$4.12",
    used: "$178.50",
    usedCount: 3,
    cap: "$200.00",
    count: 5,
    freesAt: "2026-11-30T21:05:00.000Z",
    raised: { cap: "$400.00", count: 10 },
  },
  monthly_cap_reached: {
    available: "$4.12",
    used: "$480.00",
    cap: "$500.00",
    freesAt: "2026-11-30T21:05:00.000Z",
  },
  card_expiring: { card: CARD, expires: "12/26", isForAutoTopUp: true },
  low_balance: { threshold: "$20.00", available: "$19.53", isAutoTopUpReady: false },
};

export const MAIL_KINDS = Object.keys(SAMPLE_MAILS) as MailKind[];

/** What customers read about each entry of a timeline. */
const MESSAGES = {
  created: "You started this top-up.",
  auto_started: "The balance fell below the threshold, so this top-up was started automatically.",
  invoice_created: "An invoice was prepared.",
  invoice_finalized: "The invoice was issued.",
  payment_attempted: "The bank was asked to charge the card.",
  authentication_required: "Your bank wants you to confirm the payment on the page of the invoice.",
  restored: "This top-up was recovered from the records of the payment.",
  checkout_opened: "The checkout page was opened.",
  session_outdated: "The checkout page was replaced with a new one.",
  session_failed: "The checkout page could not be opened.",
  payment_declined: "The payment was declined.",
  payment_processing: "Your bank is processing the payment.",
  paid: "You paid.",
  payment_failed: "The payment failed. Nothing was added to your balance.",
  setup_failed: "The card could not be saved.",
  card_saved: "The card was saved.",
  credited: "The amount was added to your balance.",
  expired: "The checkout page expired. Nothing was charged.",
  canceled: "This top-up was canceled.",
  second_payment: "A second payment arrived. It was not added to your balance and will be refunded.",
  needs_review:
    "The payment does not match the top-up. We are reviewing it before adding it to your balance.",
  review_credited: "We reviewed the payment and accepted it.",
  review_refunded: "We reviewed the payment and returned it to you.",
  review_closed: "We reviewed the payment and closed this top-up.",
  refund_requested: "A refund was requested.",
  refund_refused: "The refund could not be made.",
  refunded: "A refund was sent to the card you paid with.",
  refund_failed: "The refund did not reach your card. The amount was returned to your balance.",
  refund_changed: "The amount taken back for a refund changed.",
  credit_note_issued: "A credit note was issued for the refund.",
  fraud_warning: "The card network reported this payment as possibly unauthorized.",
  dispute_inquiry: "Your bank asked about this payment. Nothing was taken from your balance.",
  disputed: "The payment was disputed with your bank.",
  dispute_won: "The dispute was closed in favor of the payment.",
  dispute_lost: "The dispute was decided in the cardholder's favor. Your bank keeps the money.",
  dispute_closed: "Your bank closed its question about this payment.",
  dispute_withdrawn: "Your bank took the money back. The amount was taken from your balance.",
  dispute_returned: "Your bank returned the money. The amount was added back to your balance.",
} as const;

/** The code of a timeline entry. */
export type TimelineCode = keyof typeof MESSAGES;

/** Returns the sentence for an entry of a timeline; null for a code that this version does not know. */
export function describeTimelineEntry(what: string): string | null {
  return Object.hasOwn(MESSAGES, what) ? MESSAGES[what as TimelineCode] : null;
}

/** The codes that this version knows. */
export const TIMELINE_CODES = Object.keys(MESSAGES) as TimelineCode[];

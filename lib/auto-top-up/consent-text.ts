/** Changes whenever a word of `CONSENT_TEXTS` does. It is stored with each consent. */
export const CONSENT_TEXT_VERSION = "2026-11-29.2";

/**
 * What the customer agrees to. The page replaces the names in braces by the exact terms that it sends, so that what was read and
 * what is stored are the same.
 *
 * @see https://docs.stripe.com/payments/save-during-payment
 */
export const CONSENT_TEXTS = {
  /** Enabling a rule, changing it, or choosing another card for it. */
  terms:
    "I authorize automatic charges to {card}: {amount} plus tax each time my available balance falls below {threshold}, without asking me again. All charges together, including tax, are at most {monthly_cap} in a calendar month, and at most {daily_cap} and {daily_count} in any 24 hours. I can change or turn off auto top-up, or remove the card, at any time on this page.",
  /** Raising the daily caps. */
  allowMore:
    "I authorize automatic charges of at most {daily_cap} and {daily_count} in any 24 hours, including tax, until 24 hours from now. The monthly limit of {monthly_cap} stays.",
} as const;

export type ConsentTexts = { [Kind in keyof typeof CONSENT_TEXTS]: string };

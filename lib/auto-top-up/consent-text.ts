/** Changes whenever a word of the text does. It is stored with each consent. */
export const CONSENT_TEXT_VERSION = "2026-11-29";

/**
 * Returns what the customer agrees to by enabling auto top-up. The amounts are part of the sentence that the page shows with
 * it.
 *
 * @see https://docs.stripe.com/payments/save-during-payment
 */
export function consentText(operatorName: string): string {
  return `I authorize ${operatorName} to charge this card whenever my available balance falls below the threshold, without asking each time, by the amount shown plus tax, and never more than the limits shown. I can change or turn off auto top-up, or remove the card, at any time on this page.`;
}

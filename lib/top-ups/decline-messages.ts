/**
 * What a person is told of a decline. Everything that is not here gets the general sentence: some codes (a stolen card,
 * a suspicion) must never be shown to whoever holds the card.
 */
const MESSAGES: Record<string, string> = {
  insufficient_funds: "The card has insufficient funds.",
  expired_card: "The card has expired.",
  incorrect_cvc: "The card's security code is wrong.",
  incorrect_number: "The card number is wrong.",
  processing_error: "The bank could not process the card just now.",
  authentication_required: "The bank wants you to confirm the payment.",
  setup_failed: "The bank did not confirm the card.",
  card_not_supported: "The bank does not allow this kind of payment with the card.",
};

/** Codes that tell the holder of a stolen card too much. */
const SECRET = new Set([
  "fraudulent",
  "lost_card",
  "stolen_card",
  "pickup_card",
  "restricted_card",
  "merchant_blacklist",
]);

/** A decline in plain words, and the code that may be shown beside it. */
export function describeDecline(code: string): { code: string; message: string } {
  return {
    code: SECRET.has(code) ? "card_declined" : code,
    message: MESSAGES[code] ?? "The card was declined.",
  };
}

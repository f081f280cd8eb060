/** Every other code gets the general message: some, such as a stolen card, must never be shown to the cardholder. */
const MESSAGES: Record<string, string> = {
  insufficient_funds: "The card has insufficient funds.",
  expired_card: "The card has expired.",
  incorrect_cvc: "The card's security code is wrong.",
  incorrect_number: "The card number is wrong.",
  processing_error: "The bank could not process the card. Try again in a few minutes.",
  authentication_required: "The bank requires you to confirm the payment.",
  setup_failed: "The bank did not confirm the card.",
  card_not_supported: "The bank does not allow this kind of payment with the card.",
  address_required: "A billing address is required to calculate tax.",
  customer_balance: "The payment could not be prepared.",
  stripe_setup: "The payment could not be prepared.",
  no_invoice: "The payment could not be prepared.",
};

/** Codes that would warn the holder of a stolen card. */
const SECRET = new Set([
  "fraudulent",
  "lost_card",
  "stolen_card",
  "pickup_card",
  "restricted_card",
  "merchant_blacklist",
]);

/** Returns the message of a decline, and the code that may be shown with it. */
export function describeDecline(code: string): { code: string; message: string } {
  return {
    code: SECRET.has(code) ? "card_declined" : code,
    message: MESSAGES[code] ?? "The card was declined.",
  };
}

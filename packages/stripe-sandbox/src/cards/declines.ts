export interface Decline {
  code:
    | "authentication_required"
    | "card_declined"
    | "expired_card"
    | "incorrect_cvc"
    | "incorrect_number"
    | "processing_error";
  decline_code: string;
  /** Omitted if the bank gives no advice. */
  advice_code?: "confirm_card_data" | "do_not_try_again" | "try_again_later";
  message: string;
}

/** Why test cards are declined, with the codes and messages Stripe publishes. @see https://docs.stripe.com/declines/codes */
export const declines = {
  generic: {
    code: "card_declined",
    decline_code: "generic_decline",
    advice_code: "try_again_later",
    message: "Your card was declined.",
  },
  insufficientFunds: {
    code: "card_declined",
    decline_code: "insufficient_funds",
    advice_code: "try_again_later",
    message: "Your card has insufficient funds.",
  },
  lostCard: {
    code: "card_declined",
    decline_code: "lost_card",
    advice_code: "do_not_try_again",
    message: "Your card was declined.",
  },
  stolenCard: {
    code: "card_declined",
    decline_code: "stolen_card",
    advice_code: "do_not_try_again",
    message: "Your card was declined.",
  },
  expiredCard: {
    code: "expired_card",
    decline_code: "expired_card",
    advice_code: "do_not_try_again",
    message: "Your card has expired.",
  },
  incorrectCvc: {
    code: "incorrect_cvc",
    decline_code: "incorrect_cvc",
    advice_code: "confirm_card_data",
    message: "Your card's security code is incorrect.",
  },
  processingError: {
    code: "processing_error",
    decline_code: "processing_error",
    advice_code: "try_again_later",
    message: "An error occurred while processing your card. Try again in a little bit.",
  },
  authenticationRequired: {
    code: "authentication_required",
    decline_code: "authentication_required",
    message: "Your card was declined. This transaction requires authentication.",
  },
  notATestCard: {
    code: "card_declined",
    decline_code: "test_mode_live_card",
    advice_code: "do_not_try_again",
    message:
      "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.",
  },
} as const satisfies Record<string, Decline>;

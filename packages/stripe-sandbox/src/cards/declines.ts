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

type Advice = NonNullable<Decline["advice_code"]>;

/** Decline codes without an error code of their own, with their advice. @see https://docs.stripe.com/declines/codes */
const plainReasons: Record<string, Advice> = {
  card_not_supported: "do_not_try_again",
  card_velocity_exceeded: "try_again_later",
  do_not_honor: "try_again_later",
  fraudulent: "do_not_try_again",
  invalid_account: "do_not_try_again",
  issuer_not_available: "try_again_later",
  merchant_blacklist: "do_not_try_again",
  pickup_card: "do_not_try_again",
  restricted_card: "do_not_try_again",
  revocation_of_all_authorizations: "do_not_try_again",
  revocation_of_authorization: "do_not_try_again",
  security_violation: "do_not_try_again",
  stop_payment_order: "do_not_try_again",
  transaction_not_allowed: "do_not_try_again",
};

/** Decline codes with an error code or a message of their own. */
const otherReasons: readonly Decline[] = [
  declines.expiredCard,
  declines.generic,
  declines.insufficientFunds,
  declines.lostCard,
  declines.processingError,
  declines.stolenCard,
  {
    code: "incorrect_number",
    decline_code: "incorrect_number",
    advice_code: "confirm_card_data",
    message: "Your card number is incorrect.",
  },
];

const reasons: readonly Decline[] = [
  ...otherReasons,
  ...Object.entries(plainReasons).map(
    ([reason, advice]): Decline => ({
      code: "card_declined",
      decline_code: reason,
      advice_code: advice,
      message: "Your card was declined.",
    }),
  ),
];

/** Every decline code that the control API accepts. */
export const DECLINE_CODES: readonly string[] = reasons.map(({ decline_code: code }) => code);

/**
 * Returns Stripe's error for a decline code.
 *
 * @param advice overrides the usual one; null for none
 */
export function declineByCode(declineCode: string, advice: Advice | null | undefined): Decline {
  const usual = reasons.find(({ decline_code: code }) => code === declineCode);
  if (!usual) throw new Error(`no bank gives the reason ${declineCode}`);
  if (advice === undefined) return usual;
  const { advice_code: _, ...silent } = usual;
  return advice === null ? silent : { ...silent, advice_code: advice };
}

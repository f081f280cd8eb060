import { type Decline, declines } from "./declines";

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

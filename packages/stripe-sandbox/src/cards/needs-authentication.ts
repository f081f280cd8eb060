import type { TestCard } from "./test-cards";

/** The cardholder's part in a payment. */
interface Presence {
  /** The payment is made while the customer is away. */
  offSession: boolean;
  /** The card was set up for such payments before. */
  isSetUp: boolean;
}

/** Tells whether the bank requires 3-D Secure for this payment. */
export function needsAuthentication(card: TestCard, { offSession, isSetUp }: Presence): boolean {
  if (!card.authentication) return false;
  if (!offSession) return true;
  switch (card.authentication) {
    case "always":
      return true;
    case "unless_set_up":
      return !isSetUp;
    case "on_session":
      return false;
    default:
      return card.authentication satisfies never;
  }
}

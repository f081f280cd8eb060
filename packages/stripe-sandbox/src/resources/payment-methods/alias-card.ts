import type { TestCard } from "../../cards/test-cards";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { createCard } from "./payment-method";

/** The new card that an alias such as `pm_card_visa` stands for; nothing is known about its holder. */
export function createAliasCard(tx: Tx, card: TestCard): Promise<Stripe.PaymentMethod> {
  const expYear = new Date(tx.now * 1000).getUTCFullYear() + 1;
  return createCard(tx, { card, expMonth: 12, expYear, billing: { name: null, email: null, address: null } });
}

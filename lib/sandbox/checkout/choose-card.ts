import { cardByNumber, type TestCard } from "../cards/test-cards";
import type { Session } from "../resources/checkout-sessions/session";
import { createCard } from "../resources/payment-methods/payment-method";
import type { Tx } from "../runtime";
import { findObject, findObjects } from "../store/objects";
import type { Stripe } from "../stripe-types";
import type { CheckoutDetails } from "./checkout-form";

export interface ChosenCard {
  card: TestCard;
  /** The saved payment method, when one was chosen. */
  saved: Stripe.PaymentMethod | undefined;
}

/** The card that the form means; undefined when the saved one is gone or was never offered. */
export async function chooseCard(
  tx: Tx,
  session: Session,
  details: CheckoutDetails,
): Promise<ChosenCard | undefined> {
  if ("card" in details.payment) return { card: details.payment.card, saved: undefined };
  const stored = await findObject<Stripe.PaymentMethod>(
    tx,
    "payment_method",
    details.payment.savedCard,
    "lock",
  );
  if (!stored || !isOffered(session, stored.data)) return undefined;
  return { card: cardByNumber(String(stored.private.number)), saved: stored.data };
}

/** The payment method of this try: the saved one, or a new one with the entered billing details. */
export async function paymentMethodFor(
  tx: Tx,
  chosen: ChosenCard,
  details: CheckoutDetails,
): Promise<Stripe.PaymentMethod> {
  if (chosen.saved || !("card" in details.payment)) {
    if (!chosen.saved) throw new Error("a saved card was chosen but not found");
    return chosen.saved;
  }
  return createCard(tx, {
    ...details.payment,
    billing: { name: details.name, email: details.email, address: details.address },
  });
}

/** Cards of the customer that this session may show again. */
export async function offeredCards(tx: Tx, session: Session): Promise<Stripe.PaymentMethod[]> {
  if (session.mode !== "payment" || typeof session.customer !== "string") return [];
  const stored = await findObjects<Stripe.PaymentMethod>(tx, "payment_method", {
    customer: session.customer,
  });
  return stored.map((method) => method.data).filter((method) => isOffered(session, method));
}

function isOffered(session: Session, method: Stripe.PaymentMethod): boolean {
  const filters = session.saved_payment_method_options?.allow_redisplay_filters ?? [];
  if (method.customer === null || method.customer !== session.customer) return false;
  return filters.includes(method.allow_redisplay ?? "unspecified");
}

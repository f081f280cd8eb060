import { expireDueSessions } from "../resources/checkout-sessions/expire-session";
import { readLineItems } from "../resources/checkout-sessions/line-items";
import type { Session, SessionSecrets } from "../resources/checkout-sessions/session";
import type { Tx } from "../runtime";
import { findObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { offeredCards } from "./choose-card";

/** All that a page needs to know about a session. */
export interface Checkout {
  session: Session;
  customer: Stripe.Customer | undefined;
  items: Stripe.LineItem[];
  savedCards: Stripe.PaymentMethod[];
  offSession: boolean;
}

export async function readCheckout(tx: Tx, id: string): Promise<Checkout | undefined> {
  await expireDueSessions(tx);
  const stored = await findObject<Session>(tx, "checkout.session", id);
  if (!stored) return undefined;
  const session = stored.data;
  const customer =
    typeof session.customer === "string"
      ? await findObject<Stripe.Customer>(tx, "customer", session.customer)
      : undefined;
  return {
    session,
    customer: customer && !customer.deleted ? customer.data : undefined,
    items: await readLineItems(tx, id),
    savedCards: await offeredCards(tx, session),
    offSession: (stored.private as SessionSecrets).payment.setupFutureUsage !== null,
  };
}

import { expireDueSessions } from "../resources/checkout-sessions/expire-session";
import { readLineItems } from "../resources/checkout-sessions/line-items";
import type { Session, SessionSecrets } from "../resources/checkout-sessions/session";
import { readTaxIds } from "../resources/tax-ids";
import type { Tx } from "../runtime";
import { findObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { offeredCards } from "./choose-method";

/** What the page shows of a session. */
export interface Checkout {
  session: Session;
  customer: Stripe.Customer | undefined;
  items: Stripe.LineItem[];
  savedCards: Stripe.PaymentMethod[];
  secrets: SessionSecrets;
  /** The customer's known business tax ID; empty if there is none or the session does not collect it. */
  taxId: string;
  /** Why the latest attempt failed. */
  lastError: string | undefined;
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
    secrets: stored.private as SessionSecrets,
    taxId: await readKnownTaxId(tx, session),
    lastError: await readLastError(tx, session),
  };
}

async function readKnownTaxId(tx: Tx, session: Session): Promise<string> {
  if (!session.tax_id_collection?.enabled || typeof session.customer !== "string") return "";
  const [first] = await readTaxIds(tx, session.customer);
  return first?.value ?? "";
}

async function readLastError(tx: Tx, session: Session): Promise<string | undefined> {
  const id = session.payment_intent ?? session.setup_intent;
  if (typeof id !== "string") return undefined;
  const type = session.payment_intent ? "payment_intent" : "setup_intent";
  const stored = await findObject<Stripe.PaymentIntent | Stripe.SetupIntent>(tx, type, id);
  if (!stored) return undefined;
  const intent = stored.data;
  const error = intent.object === "payment_intent" ? intent.last_payment_error : intent.last_setup_error;
  return error?.message;
}

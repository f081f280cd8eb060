import { expireDueSessions } from "../resources/checkout-sessions/expire-session";
import { isOpen, type Session, type SessionSecrets } from "../resources/checkout-sessions/session";
import { loadObject } from "../resources/load-object";
import { inTransaction, NO_REQUEST, type Runtime, type Tx } from "../runtime";
import { type CheckoutForm, isCheckoutDetails, readCheckoutForm } from "./checkout-form";
import type { PayOutcome } from "./complete-session";
import { chosenCurrency } from "./local-currency";
import { takePayment } from "./take-payment";
import { takeSetup } from "./take-setup";

/**
 * Pays or sets up with what the form says; the page's button and the control API both come here. The session's row
 * is locked for the whole of it, so the second of two presses finds the session closed.
 *
 * After a success this waits a moment for `checkout.session.completed` to be answered, as Stripe does before it
 * sends the customer back.
 *
 * @throws StripeError 404 for an unknown session
 */
export async function paySession(runtime: Runtime, id: string, form: CheckoutForm): Promise<PayOutcome> {
  const outcome = await inTransaction(runtime, NO_REQUEST, (tx) => attempt(tx, id, form));
  if (outcome.kind === "completed") await runtime.deliveries.waitFor(outcome.eventId, runtime.redirectWaitMs);
  return outcome;
}

const NO_FORM =
  "This seller takes no cards here, and the sandbox has no form for SEPA accounts yet. Pay through the API instead.";

async function attempt(tx: Tx, id: string, form: CheckoutForm): Promise<PayOutcome> {
  await expireDueSessions(tx);
  const stored = await loadObject<Session>(tx, "checkout.session", id, "lock");
  const session = stored.data;
  if (!isOpen(session, tx.now)) return { kind: "closed", session };
  // An address that the seller knows is shown but cannot be changed, so a changed one is not believed.
  const email = session.customer_details?.email ?? form.email;
  const details = readCheckoutForm({ ...form, email }, session, tx.now);
  if (!isCheckoutDetails(details)) return { kind: "invalid", errors: details };
  if (!session.payment_method_types.includes("card")) return { kind: "unavailable", message: NO_FORM };
  const secrets = stored.private as SessionSecrets;
  if (session.mode === "setup") return takeSetup(tx, session, details);
  const payIn = chosenCurrency(session, secrets, { ...form, email });
  return takePayment(tx, session, secrets, { ...details, payIn });
}

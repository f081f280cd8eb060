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
 * Pays or sets up a session as the form says, for the page and the control API. Locks the session's row, so the
 * second of two clicks finds the session closed.
 *
 * After success it waits a moment for the response to `checkout.session.completed`, as Stripe does before it
 * redirects the customer.
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
  // An email address known to the seller is read-only on the page, so a changed one is ignored.
  const email = session.customer_details?.email ?? form.email;
  const details = readCheckoutForm({ ...form, email }, session, tx.now);
  if (!isCheckoutDetails(details)) return { kind: "invalid", errors: details };
  if (!session.payment_method_types.includes("card")) return { kind: "unavailable", message: NO_FORM };
  const secrets = stored.private as SessionSecrets;
  if (session.mode === "setup") return takeSetup(tx, session, details);
  const payIn = chosenCurrency(session, secrets, { ...form, email });
  return takePayment(tx, session, secrets, { ...details, payIn });
}

import { findSessionOf, type Session, type SessionSecrets } from "../resources/checkout-sessions/session";
import { settleSession } from "../resources/checkout-sessions/settle-session";
import type { PaymentResult } from "../resources/payment-intents/payment-intent";
import type { SetupResult } from "../resources/setup-intents/confirm-setup";
import type { Tx } from "../runtime";
import type { StoredObject } from "../store/objects";
import { completeSession, successUrl } from "./complete-session";
import { concludePayment } from "./conclude-payment";
import { updateCustomerFromCheckout } from "./update-customer-from-checkout";

/** Where a hosted page redirects the customer, and the event to wait for first. */
export interface PaymentRedirect {
  redirectUrl: string | null;
  eventId?: string;
}

/** Updates the session of a payment that ended outside the page. */
export async function updateSessionAfterPayment(
  tx: Tx,
  result: PaymentResult,
): Promise<PaymentRedirect | undefined> {
  const stored = await findSessionOf(tx, "payment_intent", result.intent.id);
  if (!stored) return undefined;
  if (stored.data.status !== "complete") return finishChallenge(tx, stored, result);
  const eventId = await settleSession(tx, stored.data, result.intent);
  return { redirectUrl: successUrl(stored.data), ...(eventId && { eventId }) };
}

async function finishChallenge(
  tx: Tx,
  { data: session, private: hidden }: StoredObject<Session>,
  result: PaymentResult,
): Promise<PaymentRedirect> {
  const secrets = hidden as SessionSecrets;
  const isPaid = result.intent.status === "succeeded" || result.intent.status === "requires_capture";
  if (!isPaid || !secrets.payer) return { redirectUrl: pageAfterDecline(tx, session) };
  await updateCustomerFromCheckout(tx, session, secrets, secrets.payer);
  const outcome = await concludePayment(tx, session, secrets.payer, result);
  if (outcome.kind !== "completed") throw new Error(`${session.id} is not complete after its payment`);
  return { redirectUrl: successUrl(outcome.session), eventId: outcome.eventId };
}

/** Updates the setup session whose 3-D Secure ended. */
export async function updateSessionAfterSetup(
  tx: Tx,
  { intent }: SetupResult,
): Promise<PaymentRedirect | undefined> {
  const stored = await findSessionOf(tx, "setup_intent", intent.id);
  if (!stored) return undefined;
  const { payer } = stored.private as SessionSecrets;
  if (intent.status !== "succeeded" || !payer) return { redirectUrl: pageAfterDecline(tx, stored.data) };
  const { session, eventId } = await completeSession(tx, stored.data, payer);
  return { redirectUrl: successUrl(session), eventId };
}

/** The page reads the error from the intent. */
function pageAfterDecline(tx: Tx, session: Session): string {
  return `${tx.publicUrl}/c/pay/${session.id}?tried`;
}

import { invalidRequest } from "../api/stripe-error";
import { recordEvent } from "../events/record-event";
import {
  type Session,
  type SessionSecrets,
  sessionSaveOptions,
} from "../resources/checkout-sessions/session";
import type { PaymentResult } from "../resources/payment-intents/payment-result";
import type { SetupResult } from "../resources/setup-intents/set-up-card";
import type { Tx } from "../runtime";
import { findObject, findObjects, type StoredObject, updateObject } from "../store/objects";
import { completeSession, successUrl } from "./complete-session";
import { concludePayment } from "./conclude-payment";
import { invoiceSession } from "./invoice-session";
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
  const stored = await sessionOf(tx, "payment_intent", result.intent.id);
  if (!stored) return undefined;
  return stored.data.status === "complete"
    ? settleSession(tx, stored.data, result)
    : finishChallenge(tx, stored, result);
}

/** Updates a complete session when its bank debit ends. */
async function settleSession(tx: Tx, open: Session, { intent }: PaymentResult): Promise<PaymentRedirect> {
  const redirectUrl = successUrl(open);
  if (intent.status !== "succeeded") {
    await recordEvent(tx, "checkout.session.async_payment_failed", open);
    return { redirectUrl };
  }
  refusePartOfInvoice(open, intent);
  const session = await invoiceSession(tx, { ...open, payment_status: "paid" });
  await updateObject(tx, session, sessionSaveOptions(session));
  // A capture is the seller's own action, not news from a bank.
  if (intent.capture_method === "manual") return { redirectUrl };
  return { redirectUrl, eventId: await recordEvent(tx, "checkout.session.async_payment_succeeded", session) };
}

/** Rejects a partial capture: how Stripe invoices one is not documented. */
function refusePartOfInvoice(session: Session, intent: PaymentResult["intent"]): void {
  if (!session.invoice_creation?.enabled || intent.amount_received === intent.amount) return;
  throw invalidRequest(
    `This sandbox cannot invoice a part of what was bought. ${session.id} has invoice_creation, so capture the whole amount of ${intent.amount}.`,
    "amount_to_capture",
  );
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
  const stored = await sessionOf(tx, "setup_intent", intent.id);
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

async function sessionOf(
  tx: Tx,
  field: "payment_intent" | "setup_intent",
  intentId: string,
): Promise<StoredObject<Session> | undefined> {
  const [found] = await findObjects<Session>(tx, "checkout.session", { [field]: intentId });
  return found && findObject<Session>(tx, "checkout.session", found.data.id, "lock");
}

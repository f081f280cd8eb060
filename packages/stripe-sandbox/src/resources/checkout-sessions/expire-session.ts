import { invalidRequest } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadLive } from "../load-object";
import { releaseIntent } from "../payment-intents/cancel-payment-intent";
import { releaseSetup } from "../setup-intents/confirm-setup";
import { type Session, saveSession } from "./session";

/** `POST /v1/checkout/sessions/{session}/expire` */
export async function expireSession(tx: Tx, id: string): Promise<Session> {
  const { data: session } = await loadLive<Session>(tx, "checkout.session", id);
  if (session.status !== "open") {
    throw invalidRequest(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
    );
  }
  return closeSession(tx, session);
}

/** Expires every session whose time is up. Runs before each read and on a timer. */
export async function expireDueSessions(tx: Tx): Promise<number> {
  const due = await tx.query<{ id: string }>(
    `SELECT id FROM object WHERE type = 'checkout.session' AND due_at <= $1 ORDER BY due_at FOR UPDATE SKIP LOCKED`,
    [tx.now],
  );
  for (const { id } of due) {
    const { data: session } = await loadLive<Session>(tx, "checkout.session", id);
    if (session.status === "open") await closeSession(tx, session);
  }
  return due.length;
}

async function closeSession(tx: Tx, open: Session): Promise<Session> {
  const session: Session = { ...open, status: "expired", url: null };
  await cancelPayment(tx, session.payment_intent);
  await cancelSetup(tx, session.setup_intent);
  await saveSession(tx, session);
  await recordEvent(tx, "checkout.session.expired", session);
  return session;
}

async function cancelPayment(tx: Tx, id: Session["payment_intent"]): Promise<void> {
  if (typeof id !== "string") return;
  const stored = await findObject<Stripe.PaymentIntent>(tx, "payment_intent", id, "lock");
  if (!stored) return;
  await releaseIntent(tx, stored.data, "expired");
}

async function cancelSetup(tx: Tx, id: Session["setup_intent"]): Promise<void> {
  if (typeof id !== "string") return;
  const stored = await findObject<Stripe.SetupIntent>(tx, "setup_intent", id, "lock");
  if (!stored) return;
  await releaseSetup(tx, stored.data, "abandoned");
}

import type { Session } from "../resources/checkout-sessions/session";
import { loadObject } from "../resources/load-object";
import type { SetupResult } from "../resources/setup-intents/confirm-setup";
import { confirmSetup } from "../resources/setup-intents/confirm-setup";
import type { Tx } from "../runtime";
import { mergePrivate } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { addressOf, type SaveCard } from "../three-d-secure/challenge";
import type { CheckoutDetails } from "./checkout-form";
import { chooseMethod, paymentMethodFor } from "./choose-method";
import { completeSession, type PayOutcome } from "./complete-session";

/** Saves a card without a payment. The address is stored on the card only, not on the session. */
export async function takeSetup(tx: Tx, open: Session, details: CheckoutDetails): Promise<PayOutcome> {
  const chosen = await chooseMethod(tx, open, details);
  if (!chosen?.card) return { kind: "unavailable", message: "That saved card can no longer be used." };
  if (typeof open.setup_intent !== "string") throw new Error(`${open.id} has no setup intent`);

  const stored = await loadObject<Stripe.SetupIntent>(tx, "setup_intent", open.setup_intent, "lock");
  const method = await paymentMethodFor(tx, chosen, details);
  const save = method.customer === null ? saveFor(open) : null;
  const result = await confirmSetup(tx, stored.data, method, { returnUrl: null, save });
  return concludeSetup(tx, open, details, result);
}

function saveFor(session: Session): SaveCard | null {
  return typeof session.customer === "string"
    ? { customer: session.customer, allowRedisplay: "limited" }
    : null;
}

async function concludeSetup(
  tx: Tx,
  open: Session,
  { email, name, address, taxId }: CheckoutDetails,
  { intent, decline }: SetupResult,
): Promise<PayOutcome> {
  const payer = { email, name, address, taxId };
  if (decline) return { kind: "declined", session: open, decline };
  const url = addressOf(intent.next_action);
  if (!url) return completeSession(tx, open, payer);
  await mergePrivate(tx, open.id, { payer });
  return { kind: "authenticate", session: open, url };
}

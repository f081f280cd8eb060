import { type CheckoutForm, type FieldErrors, readNewCard } from "../checkout/checkout-form";
import type { PaymentRedirect } from "../checkout/update-session";
import type { PortalSession } from "../resources/billing-portal/sessions";
import { saveCustomer } from "../resources/customers/customer";
import { detachPaymentMethod } from "../resources/payment-methods/attach-payment-method";
import { createCard, customerCards } from "../resources/payment-methods/payment-method";
import type { SetupResult } from "../resources/setup-intents/confirm-setup";
import { confirmSetup } from "../resources/setup-intents/confirm-setup";
import { buildSetupIntent, insertSetupIntent } from "../resources/setup-intents/setup-intent";
import type { Tx } from "../runtime";
import { findObject, findObjects } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { addressOf } from "../three-d-secure/challenge";
import type { Portal } from "./read-portal";

/** Outcome of one click in the portal. */
export type PortalOutcome =
  | { kind: "done"; notice: PortalNotice }
  | { kind: "authenticate"; url: string }
  | { kind: "declined"; message: string }
  | { kind: "invalid"; errors: FieldErrors }
  /** The configuration does not allow it, or the card no longer exists. */
  | { kind: "refused" };

export type PortalNotice = "card-added" | "card-removed" | "default-changed" | "details-saved";

/** Saves a card for off-session payments; the first one becomes the default. */
export async function addCard(tx: Tx, portal: Portal, form: CheckoutForm): Promise<PortalOutcome> {
  const { customer, session } = portal;
  const card = readNewCard(form, tx.now);
  if (!("card" in card)) return { kind: "invalid", errors: card };
  const billing = {
    name: form.name.trim(),
    email: customer.email,
    address: customer.address ?? null,
  };
  const method = await createCard(tx, { ...card, billing, allowRedisplay: "always" });
  const intent = buildSetupIntent(tx, {
    customer: customer.id,
    description: null,
    metadata: {},
    allowedPaymentMethodTypes: null,
  });
  await insertSetupIntent(tx, intent);
  const save = { customer: customer.id, allowRedisplay: "always" } as const;
  const result = await confirmSetup(tx, intent, method, { returnUrl: session.url, save });
  const url = addressOf(result.intent.next_action);
  if (url) {
    await linkSetupIntent(tx, session, intent.id);
    return { kind: "authenticate", url };
  }
  if (result.decline) return { kind: "declined", message: result.decline.message };
  if (portal.cards.length === 0) await setDefault(tx, customer, method.id);
  return { kind: "done", notice: "card-added" };
}

/** Links the setup intent, so that the bank's page can redirect back here. */
async function linkSetupIntent(tx: Tx, session: PortalSession, intentId: string): Promise<void> {
  await tx.query("UPDATE object SET refs = refs || $2 WHERE id = $1", [
    session.id,
    JSON.stringify({ setup_intent: intentId }),
  ]);
}

export async function removeCard(tx: Tx, portal: Portal, id: string): Promise<PortalOutcome> {
  if (!portal.cards.some((card) => card.id === id)) return { kind: "refused" };
  await detachPaymentMethod(tx, id);
  return { kind: "done", notice: "card-removed" };
}

export async function chooseDefault(tx: Tx, portal: Portal, id: string): Promise<PortalOutcome> {
  if (!portal.cards.some((card) => card.id === id)) return { kind: "refused" };
  await setDefault(tx, portal.customer, id);
  return { kind: "done", notice: "default-changed" };
}

/** Updates the portal whose new card completed or failed 3-D Secure. */
export async function updatePortalAfterSetup(
  tx: Tx,
  { intent }: SetupResult,
): Promise<PaymentRedirect | undefined> {
  const [stored] = await findObjects<PortalSession>(tx, "billing_portal.session", {
    setup_intent: intent.id,
  });
  if (!stored) return undefined;
  const { customer: id, url } = stored.data;
  if (intent.status !== "succeeded") return { redirectUrl: `${url}?failed` };
  const customer = await findObject<Stripe.Customer>(tx, "customer", id, "lock");
  const cards = await customerCards(tx, id);
  if (customer && !customer.deleted && cards.length === 1) {
    await setDefault(tx, customer.data, String(intent.payment_method));
  }
  return { redirectUrl: `${url}?done=card-added` };
}

/** Makes a card the customer's default for invoices. */
async function setDefault(tx: Tx, customer: Stripe.Customer, methodId: string): Promise<void> {
  const settings = { ...customer.invoice_settings, default_payment_method: methodId };
  await saveCustomer(tx, customer, { ...customer, invoice_settings: settings });
}

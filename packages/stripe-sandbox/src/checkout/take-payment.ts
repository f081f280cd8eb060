import {
  applyTotals,
  calculateTotals,
  readLineItems,
  saveLineItems,
} from "../resources/checkout-sessions/line-items";
import type { Session, SessionSecrets } from "../resources/checkout-sessions/session";
import { confirmIntent } from "../resources/payment-intents/confirm-intent";
import { buildPaymentIntent, insertPaymentIntent } from "../resources/payment-intents/payment-intent";
import type { Tx } from "../runtime";
import { findObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import type { SaveCard } from "../three-d-secure/challenge";
import type { CheckoutDetails } from "./checkout-form";
import { type ChosenMethod, chooseMethod, paymentMethodFor } from "./choose-method";
import type { PayOutcome } from "./complete-session";
import { concludePayment } from "./conclude-payment";
import { localPrice } from "./local-currency";
import { updateCustomerFromCheckout } from "./update-customer-from-checkout";

/** Charges the session's total. A decline leaves the session open and keeps its PaymentIntent for the next attempt. */
export async function takePayment(
  tx: Tx,
  open: Session,
  secrets: SessionSecrets,
  details: CheckoutDetails,
): Promise<PayOutcome> {
  const chosen = await chooseMethod(tx, open, details);
  if (!chosen) return { kind: "unavailable", message: "That saved card can no longer be used." };

  const type = chosen.card ? "card" : (chosen.existing?.type ?? "us_bank_account");
  if (!open.payment_method_types.includes(type)) {
    return {
      kind: "unavailable",
      message: `This checkout takes ${open.payment_method_types.join(" and ")} only.`,
    };
  }
  const priced = await priceSession(tx, open, details);
  const willSucceed = !chosen.card?.onCharge && !chosen.card?.authentication;
  if (willSucceed) await updateCustomerFromCheckout(tx, priced, secrets, details);
  const intent = await openIntent(tx, priced, secrets, details);
  const method = await paymentMethodFor(tx, chosen, details);
  const result = await confirmIntent(tx, intent, method, {
    offSession: false,
    returnUrl: null,
    save: saveOptionFor(priced, secrets, details, chosen),
  });
  return concludePayment(tx, { ...priced, payment_intent: intent.id }, details, result);
}

async function priceSession(tx: Tx, open: Session, details: CheckoutDetails): Promise<Session> {
  const items = await readLineItems(tx, open.id);
  const totals = calculateTotals(items, open.automatic_tax.enabled, details.address, details.taxId);
  await saveLineItems(tx, totals.items);
  return applyTotals(open, totals);
}

/** Returns the intent of an earlier attempt with the current amount, or a new one. */
async function openIntent(
  tx: Tx,
  session: Session,
  secrets: SessionSecrets,
  details: CheckoutDetails,
): Promise<Stripe.PaymentIntent> {
  const amount = session.amount_total ?? 0;
  const local = details.payIn && localPrice(amount, details.payIn);
  const shown = local && { presentment_details: local };
  if (typeof session.payment_intent === "string") {
    const stored = await findObject<Stripe.PaymentIntent>(
      tx,
      "payment_intent",
      session.payment_intent,
      "lock",
    );
    if (stored) {
      const { presentment_details: _, ...earlier } = stored.data;
      return { ...earlier, amount, ...shown };
    }
  }
  const intent = {
    ...buildPaymentIntent(tx, {
      amountCents: amount,
      currency: session.currency ?? "usd",
      customer: session.customer as string | null,
      ...secrets.payment,
      allowedPaymentMethodTypes: session.allowed_payment_method_types,
      paymentMethodTypes: session.payment_method_types,
    }),
    ...shown,
  };
  await insertPaymentIntent(tx, intent);
  return intent;
}

/** Off-session use saves the card as `limited`; the checkbox saves it as `always`. */
function saveOptionFor(
  session: Session,
  secrets: SessionSecrets,
  details: CheckoutDetails,
  chosen: ChosenMethod,
): SaveCard | null {
  const { customer } = session;
  if (!chosen.card || chosen.existing?.customer || typeof customer !== "string") return null;
  if (secrets.payment.setupFutureUsage) return { customer, allowRedisplay: "limited" };
  const mayTick = session.saved_payment_method_options?.payment_method_save === "enabled";
  return mayTick && details.save ? { customer, allowRedisplay: "always" } : null;
}

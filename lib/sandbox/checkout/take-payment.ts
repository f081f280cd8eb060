import { recordEvent } from "../events/record-event";
import { readLineItems, saveLineItems } from "../resources/checkout-sessions/line-items";
import {
  type Session,
  type SessionSecrets,
  sessionSaveOptions,
} from "../resources/checkout-sessions/session";
import { applyTotals, calculateTotals } from "../resources/checkout-sessions/totals";
import { chargeCard } from "../resources/payment-intents/charge-card";
import { buildPaymentIntent, paymentIntentSaveOptions } from "../resources/payment-intents/payment-intent";
import { saveCard } from "../resources/payment-methods/attach-payment-method";
import type { Tx } from "../runtime";
import { findObject, insertObject, updateObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import type { CheckoutDetails } from "./checkout-form";
import { type ChosenCard, chooseCard, paymentMethodFor } from "./choose-card";
import { completeSession } from "./complete-session";
import type { PayOutcome } from "./pay-outcome";
import { updateCustomerFromCheckout } from "./update-customer-from-checkout";

/** Charges the session's total. A decline keeps the session open and its PaymentIntent for the next try. */
export async function takePayment(
  tx: Tx,
  open: Session,
  secrets: SessionSecrets,
  details: CheckoutDetails,
): Promise<PayOutcome> {
  const chosen = await chooseCard(tx, open, details);
  if (!chosen) return { kind: "unavailable", message: "That saved card can no longer be used." };
  if (chosen.card.notBuilt) return { kind: "unavailable", message: chosen.card.notBuilt };

  const priced = await priceSession(tx, open, details);
  const willSucceed = !chosen.card.onCharge;
  if (willSucceed) await updateCustomerFromCheckout(tx, priced, secrets, details);
  const intent = await openIntent(tx, priced, secrets);
  const method = await paymentMethodFor(tx, chosen, details);
  const used = willSucceed ? await saveIfWanted(tx, priced, secrets, details, chosen, method) : method;
  const result = await chargeCard(tx, intent, used, chosen.card);

  const session: Session = { ...priced, payment_intent: intent.id };
  if (!result.decline) return completeSession(tx, { ...session, payment_status: "paid" }, details);
  await updateObject(tx, session, sessionSaveOptions(session));
  return { kind: "declined", session, decline: result.decline };
}

async function priceSession(tx: Tx, open: Session, details: CheckoutDetails): Promise<Session> {
  const items = await readLineItems(tx, open.id);
  const totals = calculateTotals(items, open.automatic_tax.enabled, details.address, details.taxId);
  await saveLineItems(tx, totals.items);
  return applyTotals(open, totals);
}

/** The intent of an earlier declined try with today's amount, or a new one. */
async function openIntent(tx: Tx, session: Session, secrets: SessionSecrets): Promise<Stripe.PaymentIntent> {
  const amount = session.amount_total ?? 0;
  if (typeof session.payment_intent === "string") {
    const stored = await findObject<Stripe.PaymentIntent>(
      tx,
      "payment_intent",
      session.payment_intent,
      "lock",
    );
    if (stored) return { ...stored.data, amount };
  }
  const intent = buildPaymentIntent(tx, {
    amountCents: amount,
    currency: session.currency ?? "usd",
    customer: session.customer as string | null,
    description: secrets.payment.description,
    metadata: secrets.payment.metadata,
    receiptEmail: secrets.payment.receiptEmail,
    setupFutureUsage: secrets.payment.setupFutureUsage,
    statementDescriptorSuffix: secrets.payment.statementDescriptorSuffix,
    allowedPaymentMethodTypes: session.allowed_payment_method_types,
  });
  await insertObject(tx, intent, paymentIntentSaveOptions(intent));
  await recordEvent(tx, "payment_intent.created", intent);
  return intent;
}

/** Off-session use was agreed to with the payment (`limited`); the tick box offers the card here again (`always`). */
async function saveIfWanted(
  tx: Tx,
  session: Session,
  secrets: SessionSecrets,
  details: CheckoutDetails,
  chosen: ChosenCard,
  method: Stripe.PaymentMethod,
): Promise<Stripe.PaymentMethod> {
  if (chosen.saved || typeof session.customer !== "string") return method;
  if (secrets.payment.setupFutureUsage) return saveCard(tx, method, session.customer, "limited");
  const mayTick = session.saved_payment_method_options?.payment_method_save === "enabled";
  return mayTick && details.save ? saveCard(tx, method, session.customer, "always") : method;
}

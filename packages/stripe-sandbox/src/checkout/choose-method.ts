import type { TestCard } from "../cards/test-cards";
import type { Session } from "../resources/checkout-sessions/session";
import { createBankAccount } from "../resources/payment-methods/bank-accounts";
import { createCard, type MethodSecrets, testCardOf } from "../resources/payment-methods/payment-method";
import type { Tx } from "../runtime";
import { findObject, findObjects } from "../store/objects";
import type { Stripe } from "../stripe-types";
import type { CheckoutDetails } from "./checkout-form";

export interface ChosenMethod {
  /** The card behind it; undefined for a bank account. */
  card: TestCard | undefined;
  /** The payment method, if it already exists. */
  existing: Stripe.PaymentMethod | undefined;
}

/** Resolves the form's payment method; undefined if a saved card is gone or was not offered. */
export async function chooseMethod(
  tx: Tx,
  session: Session,
  { payment }: CheckoutDetails,
): Promise<ChosenMethod | undefined> {
  if ("card" in payment) return { card: payment.card, existing: undefined };
  if ("bankAccount" in payment) return { card: undefined, existing: undefined };
  const isSaved = "savedCard" in payment;
  const id = isSaved ? payment.savedCard : payment.methodId;
  const stored = await findObject<Stripe.PaymentMethod>(tx, "payment_method", id, "lock");
  const secrets: MethodSecrets = stored?.private ?? {};
  if (!stored || secrets.isUsedUp) return undefined;
  const mayBeUsed = isSaved ? isOffered(session, stored.data) : isFree(session, stored.data);
  if (!mayBeUsed) return undefined;
  return { card: stored.data.card && testCardOf(secrets), existing: stored.data };
}

/** Returns the existing payment method, or creates one with the entered billing details. */
export async function paymentMethodFor(
  tx: Tx,
  chosen: ChosenMethod,
  { payment, ...details }: CheckoutDetails,
): Promise<Stripe.PaymentMethod> {
  if (chosen.existing) return chosen.existing;
  const billing = { name: details.name, email: details.email, address: details.address };
  if ("bankAccount" in payment) return createBankAccount(tx, payment.bankAccount, billing);
  if ("card" in payment) return createCard(tx, { ...payment, billing });
  throw new Error("a payment method was chosen but not found");
}

/** Lists the customer's cards that this session may redisplay. */
export async function offeredCards(tx: Tx, session: Session): Promise<Stripe.PaymentMethod[]> {
  if (session.mode !== "payment" || typeof session.customer !== "string") return [];
  const stored = await findObjects<Stripe.PaymentMethod>(tx, "payment_method", {
    customer: session.customer,
    type: "card",
  });
  return stored.map((method) => method.data).filter((method) => isOffered(session, method));
}

function isOffered(session: Session, method: Stripe.PaymentMethod): boolean {
  const filters = session.saved_payment_method_options?.allow_redisplay_filters ?? [];
  if (method.customer === null || method.customer !== session.customer) return false;
  return filters.includes(method.allow_redisplay ?? "unspecified");
}

/** A payment method created through the API: unattached, or attached to this customer. */
function isFree(session: Session, method: Stripe.PaymentMethod): boolean {
  return method.customer === null || method.customer === session.customer;
}

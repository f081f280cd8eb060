import { invalidRequest, StripeError } from "../../api/stripe-error";
import { cardByAlias, type TestCard } from "../../cards/test-cards";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObject, mergePrivate, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { customerSaveOptions } from "../customers/customer";
import { loadLive, loadReferenced } from "../load-object";
import { createAliasCard, type MethodSecrets, savePaymentMethod, testCardOf } from "./payment-method";
import { assertReusable } from "./usable-payment-method";

/**
 * Attaches a card to a customer. An alias such as `pm_card_visa` creates a new card.
 *
 * @throws StripeError 402 for a card that the bank declines, 400 for one of another customer
 */
export async function attachPaymentMethod(
  tx: Tx,
  id: string,
  customer: string,
  param: string,
): Promise<Stripe.PaymentMethod> {
  const alias = cardByAlias(id);
  if (alias) {
    assertSavable(alias);
    return saveCard(tx, await createAliasCard(tx, alias), customer);
  }
  const stored = await loadReferenced<Stripe.PaymentMethod>(tx, "payment_method", id, param, "lock");
  if (stored.data.customer === customer) return stored.data;
  if (stored.data.customer) {
    throw invalidRequest("The payment method you provided has already been attached to a customer.", param);
  }
  assertReusable(stored);
  if (stored.data.type === "card") assertSavable(testCardOf(stored.private));
  else throw invalidRequest("This sandbox keeps no bank accounts for customers yet.", param);
  return saveCard(tx, stored.data, customer);
}

/** Attaches a card that was already checked. */
export async function saveCard(
  tx: Tx,
  method: Stripe.PaymentMethod,
  customer: string,
  allowRedisplay: Stripe.PaymentMethod.AllowRedisplay = method.allow_redisplay ?? "unspecified",
): Promise<Stripe.PaymentMethod> {
  const saved: Stripe.PaymentMethod = { ...method, customer, allow_redisplay: allowRedisplay };
  await savePaymentMethod(tx, saved);
  await recordEvent(tx, "payment_method.attached", saved);
  return saved;
}

function assertSavable(card: TestCard): void {
  // Attaching only asks the bank whether the card exists; 3-D Secure comes with the first payment or setup.
  if (card.onSetup && !card.authentication) {
    throw new StripeError(402, { type: "card_error", ...card.onSetup });
  }
}

/** Detaches a card for good and clears it as the customer's default. */
export async function detachPaymentMethod(tx: Tx, id: string): Promise<Stripe.PaymentMethod> {
  const { data: method } = await loadLive<Stripe.PaymentMethod>(tx, "payment_method", id);
  if (typeof method.customer !== "string") {
    throw invalidRequest(
      "The payment method you provided is not attached to a customer so detachment is impossible.",
      "payment_method",
    );
  }
  const detached: Stripe.PaymentMethod = { ...method, customer: null };
  await savePaymentMethod(tx, detached);
  await mergePrivate(tx, id, { isUsedUp: true } satisfies MethodSecrets);
  await clearDefault(tx, method.customer, id);
  await recordEvent(tx, "payment_method.detached", detached, { customer: method.customer });
  return detached;
}

async function clearDefault(tx: Tx, customerId: string, methodId: string): Promise<void> {
  const customer = await findObject<Stripe.Customer>(tx, "customer", customerId, "lock");
  if (!customer || customer.deleted) return;
  const settings = customer.data.invoice_settings;
  if (settings.default_payment_method !== methodId) return;
  const after: Stripe.Customer = {
    ...customer.data,
    invoice_settings: { ...settings, default_payment_method: null },
  };
  await updateObject(tx, after, customerSaveOptions(after));
  await recordEvent(tx, "customer.updated", after, {
    invoice_settings: { default_payment_method: methodId },
  });
}

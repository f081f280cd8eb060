import { invalidRequest, StripeError } from "../../api/stripe-error";
import { cardByAlias, type TestCard } from "../../cards/test-cards";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadReferenced } from "../load-object";
import { createAliasCard } from "./alias-card";
import { assertReusable } from "./assert-reusable";
import { testCardOf } from "./method-secrets";
import { paymentMethodSaveOptions } from "./payment-method";

/**
 * Attaches a card to a customer. An alias such as `pm_card_visa` makes a new card first.
 *
 * @throws StripeError 402 when the bank refuses the card, 400 when it belongs to another customer
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

/** Marks a card that already passed its checks as the customer's, with its event. */
export async function saveCard(
  tx: Tx,
  method: Stripe.PaymentMethod,
  customer: string,
  allowRedisplay: Stripe.PaymentMethod.AllowRedisplay = method.allow_redisplay ?? "unspecified",
): Promise<Stripe.PaymentMethod> {
  const saved: Stripe.PaymentMethod = { ...method, customer, allow_redisplay: allowRedisplay };
  await updateObject(tx, saved, paymentMethodSaveOptions(saved));
  await recordEvent(tx, "payment_method.attached", saved);
  return saved;
}

function assertSavable(card: TestCard): void {
  // Attaching asks the bank nothing but whether the card exists: 3-D Secure comes with the first payment or setup.
  if (card.onSetup && !card.authentication) {
    throw new StripeError(402, { type: "card_error", ...card.onSetup });
  }
}

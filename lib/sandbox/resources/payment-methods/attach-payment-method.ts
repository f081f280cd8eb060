import { invalidRequest, StripeError } from "../../api/stripe-error";
import { cardByAlias, cardByNumber, type TestCard } from "../../cards/test-cards";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadReferenced } from "../load-object";
import { createCard, paymentMethodSaveOptions } from "./payment-method";

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
  if (alias) return saveCard(tx, await createAliasCard(tx, alias), customer);
  const stored = await loadReferenced<Stripe.PaymentMethod>(tx, "payment_method", id, param, "lock");
  if (stored.data.customer === customer) return stored.data;
  if (stored.data.customer) {
    throw invalidRequest("The payment method you provided has already been attached to a customer.", param);
  }
  if (stored.private.detached === true) {
    throw invalidRequest(
      "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.",
    );
  }
  assertSavable(cardByNumber(String(stored.private.number)));
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

function createAliasCard(tx: Tx, card: TestCard): Promise<Stripe.PaymentMethod> {
  assertSavable(card);
  const expYear = new Date(tx.now * 1000).getUTCFullYear() + 1;
  return createCard(tx, { card, expMonth: 12, expYear, billing: { name: null, email: null, address: null } });
}

function assertSavable(card: TestCard): void {
  if (card.notBuilt) throw invalidRequest(card.notBuilt, "payment_method");
  if (card.onSetup) throw new StripeError(402, { type: "card_error", ...card.onSetup });
}

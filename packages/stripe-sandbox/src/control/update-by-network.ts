import { invalidRequest } from "../api/stripe-error";
import { changedAttributes, recordEvent } from "../events/record-event";
import { loadLive } from "../resources/load-object";
import { fingerprintOf, paymentMethodSaveOptions } from "../resources/payment-methods/payment-method";
import type { Tx } from "../runtime";
import { updateObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import type { CardUpdate } from "./payment-inputs";

/**
 * The network tells that a saved card was replaced: by default with the same one, three years longer. A new number
 * has a new fingerprint. What the card does as a test card stays.
 *
 * @throws StripeError for a payment method that is no saved card
 */
export async function updateByNetwork(tx: Tx, id: string, change: CardUpdate): Promise<Stripe.PaymentMethod> {
  const { data: before } = await loadLive<Stripe.PaymentMethod>(tx, "payment_method", id);
  if (!before.card || !before.customer) {
    throw invalidRequest("Networks update cards that are saved to a customer only.", "payment_method");
  }
  const after: Stripe.PaymentMethod = { ...before, card: replacedCard(id, before.card, change) };
  await updateObject(tx, after, paymentMethodSaveOptions(after));
  const previous = changedAttributes(before, after);
  await recordEvent(tx, "payment_method.automatically_updated", after, previous);
  return after;
}

function replacedCard(
  id: string,
  card: Stripe.PaymentMethod.Card,
  { exp_month, exp_year, last4, brand }: CardUpdate,
): Stripe.PaymentMethod.Card {
  const isNewNumber = (last4 ?? card.last4) !== card.last4 || (brand ?? card.brand) !== card.brand;
  return {
    ...card,
    ...(brand && {
      brand,
      display_brand: brand === "amex" ? "american_express" : brand,
      networks: { available: [brand], preferred: null },
    }),
    exp_month: exp_month ?? card.exp_month,
    exp_year: exp_year ?? card.exp_year + 3,
    last4: last4 ?? card.last4,
    ...(isNewNumber && {
      fingerprint: fingerprintOf(`replacement of ${id}: ${brand ?? card.brand} ${last4}`),
    }),
  };
}

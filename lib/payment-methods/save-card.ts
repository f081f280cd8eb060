import { findOwner, findStripeCustomer, mapStripeObject, storeDefaultCard } from "@/lib/customers";
import type { Tx } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import {
  type CardFacts,
  retrieveCard,
  retrieveStripeCustomer,
  setAddress,
  setDefaultCard,
} from "@/lib/stripe";
import { mirrorCards } from "./mirror-cards";

/**
 * Stores a card that the customer chose to save, and makes it the default where there is none. A card that is no longer
 * the customer's is left alone. Repeating it under the same key changes nothing more at Stripe.
 *
 * @throws StripeUnavailableError no answer from Stripe; call it again
 */
export async function saveCard(
  customerId: CustomerId,
  paymentMethodId: string,
  idempotencyKey: string,
): Promise<void> {
  let isTheirs = false;
  await mirrorCards(customerId, {
    read: () => retrieveCard(paymentMethodId),
    write: async (tx, card, { stripeCustomerId }) => {
      isTheirs = card?.stripeCustomerId === stripeCustomerId;
      if (card && isTheirs) await storeCard(tx, customerId, card, { usableOffSession: true });
    },
  });
  if (!isTheirs) return;
  await mirrorCards(customerId, {
    read: async ({ stripeCustomerId }) => {
      const customer = await retrieveStripeCustomer(stripeCustomerId);
      if (!customer || customer.defaultPaymentMethodId) return customer;
      await setDefaultCard(stripeCustomerId, paymentMethodId, idempotencyKey);
      // Read again: a repeated key changes nothing, so the default may be another by now.
      return retrieveStripeCustomer(stripeCustomerId);
    },
    write: async (tx, customer) => {
      if (customer) await storeDefaultCard(tx, customerId, customer.defaultPaymentMethodId);
    },
  });
}

/**
 * Gives the customer at Stripe the billing address of a card, where it has none yet: automatic top-ups are taxed by it.
 *
 * @throws StripeUnavailableError no answer from Stripe; call it again
 */
export async function copyCardAddress(
  customerId: CustomerId,
  paymentMethodId: string,
  idempotencyKey: string,
): Promise<void> {
  const link = await findStripeCustomer(customerId);
  if (!link) return;
  const { stripeCustomerId } = link;
  const [card, customer] = await Promise.all([
    retrieveCard(paymentMethodId),
    retrieveStripeCustomer(stripeCustomerId),
  ]);
  if (!card?.billingAddress || card.stripeCustomerId !== stripeCustomerId) return;
  if (!customer || customer.hasAddress) return;
  const { billingAddress: address, billingName: name } = card;
  await setAddress(stripeCustomerId, { address, name }, idempotencyKey);
}

/**
 * Stores a card as Stripe shows it now. `usableOffSession` is only ever raised: a later event that does not know of the
 * customer's consent must not take it away.
 */
export async function storeCard(
  tx: Tx,
  customerId: CustomerId,
  card: CardFacts,
  options: { usableOffSession?: boolean } = {},
): Promise<void> {
  const shown = {
    livemode: card.livemode,
    cardBrand: card.brand,
    cardLast4: card.last4,
    cardExpMonth: card.expMonth,
    cardExpYear: card.expYear,
    cardFingerprint: card.fingerprint,
    cardCountry: card.country,
    detachedAt: null,
    ...(options.usableOffSession ? { usableOffSession: true } : {}),
  };
  await tx.paymentMethod.upsert({
    where: { customerId_paymentMethodId: { customerId, paymentMethodId: card.paymentMethodId } },
    create: { customerId, paymentMethodId: card.paymentMethodId, ...shown },
    update: shown,
  });
  await mapStripeObject(tx, card.paymentMethodId, {
    customerId,
    kind: "payment_method",
    ourId: card.paymentMethodId,
  });
}

/** The customer whose card this is or was; null for a foreign one. */
export async function findCardOwner(paymentMethodId: string): Promise<CustomerId | null> {
  const owner = await findOwner(paymentMethodId);
  return owner?.kind === "payment_method" ? owner.customerId : null;
}

/** Marks a card as gone, which is for good, and as no default any more. */
export async function markDetached(
  tx: Tx,
  customerId: CustomerId,
  paymentMethodId: string,
  now: Date,
): Promise<void> {
  // First, because it is the lock; and whoever has read the card at Stripe before this must read it again.
  await tx.stripeCustomer.updateMany({
    where: { customerId, livemode: livemode() },
    data: { cardsVersion: { increment: 1 } },
  });
  await tx.paymentMethod.updateMany({
    where: { customerId, paymentMethodId, detachedAt: null },
    data: { detachedAt: now },
  });
  await tx.stripeCustomer.updateMany({
    where: { customerId, defaultPaymentMethodId: paymentMethodId },
    data: { defaultPaymentMethodId: null },
  });
}

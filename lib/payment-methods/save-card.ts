import { disableForRemovedCard } from "@/lib/auto-top-up";
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
 * Stores a card that the customer chose to save, and makes it the default if there is none. Does nothing when the card no
 * longer belongs to the customer. Repeating it with the same key changes nothing at Stripe.
 *
 * @throws StripeUnavailableError no response; try again
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
      // Read again: with a repeated key nothing changes, so the default may be another card by now.
      return retrieveStripeCustomer(stripeCustomerId);
    },
    write: async (tx, customer) => {
      if (customer) await storeDefaultCard(tx, customerId, customer.defaultPaymentMethodId);
    },
  });
}

/**
 * Copies a card's billing address to the Stripe customer if it has none. Tax on automatic top-ups depends on it.
 *
 * @throws StripeUnavailableError no response; try again
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
 * Stores a card as it is at Stripe. `usableOffSession` is never reset, because a later event does not know of the customer's
 * consent.
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

/** Finds the customer that a card belongs to, or belonged to. */
export async function findCardOwner(paymentMethodId: string): Promise<CustomerId | null> {
  const owner = await findOwner(paymentMethodId);
  return owner?.kind === "payment_method" ? owner.customerId : null;
}

/** Marks a card as detached, for good, clears it as the default, and disables auto top-up if that charges it. */
export async function markDetached(
  tx: Tx,
  customerId: CustomerId,
  paymentMethodId: string,
  now: Date,
): Promise<void> {
  // First, because this is the lock. It also makes whoever has read the card from Stripe read it again.
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
  await disableForRemovedCard(tx, customerId, paymentMethodId);
}

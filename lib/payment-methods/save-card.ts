import { findOwner, mapStripeObject } from "@/lib/customers";
import type { Tx } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import { type CardFacts, retrieveStripeCustomer, setAddress, setDefaultCard } from "@/lib/stripe";

/**
 * What must be true at Stripe before a card is stored: it is the default if there was none, and the customer has an
 * address if the card has one. Network only; repeating it changes nothing.
 *
 * @returns the customer's default card after this
 */
export async function settleCardAtStripe(stripeCustomerId: string, card: CardFacts): Promise<string | null> {
  const customer = await retrieveStripeCustomer(stripeCustomerId);
  if (!customer) return null;
  if (!customer.hasAddress && card.billingAddress) {
    await setAddress(stripeCustomerId, card.billingAddress, card.billingName);
  }
  if (customer.defaultPaymentMethodId) return customer.defaultPaymentMethodId;
  await setDefaultCard(stripeCustomerId, card.paymentMethodId);
  return card.paymentMethodId;
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

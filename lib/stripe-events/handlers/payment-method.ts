import { findOwner, storeDefaultCard } from "@/lib/customers";
import {
  findCardOwner,
  forgetDeletedCustomer,
  markDetached,
  mirrorCards,
  storeCard,
} from "@/lib/payment-methods";
import { withTransaction } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { retrieveCard, retrieveStripeCustomer } from "@/lib/stripe";
import type { EventHandler } from "../handler";

/** Every `payment_method.*` event: reads the card again and makes ours like it. */
export const syncCard: EventHandler = async (event, claim, now) => {
  const { objectId } = event;
  if (!objectId) return "foreign";
  const knownOwner = await findCardOwner(objectId);
  const customerId = knownOwner ?? (await findCustomerNamed(event.object.customer));
  if (!customerId) return "foreign";
  const isOurs = await mirrorCards(customerId, {
    claim,
    read: () => retrieveCard(objectId),
    write: async (tx, card, { stripeCustomerId }) => {
      if (card?.stripeCustomerId === stripeCustomerId) await storeCard(tx, customerId, card);
      // Not attached (any more): if it was one of ours it is gone.
      else if (knownOwner) await markDetached(tx, customerId, objectId, now);
    },
  });
  return isOurs ? "done" : "foreign";
};

/** `customer.updated`: the default card is Stripe's; ours is a mirror. */
export const syncCustomer: EventHandler = async (event, claim) => {
  const { objectId } = event;
  const customerId = await findCustomerNamed(objectId);
  if (!objectId || !customerId) return "foreign";
  const isOurs = await mirrorCards(customerId, {
    claim,
    // What a customer says that was made twice, and is not the one we use, is nobody's.
    read: async (link) => (link.stripeCustomerId === objectId ? retrieveStripeCustomer(objectId) : null),
    write: async (tx, customer) => {
      if (customer) await storeDefaultCard(tx, customerId, customer.defaultPaymentMethodId);
    },
  });
  return isOurs ? "done" : "foreign";
};

/** `customer.deleted`: asks whether it is so, and then forgets the customer's record at Stripe and its cards. */
export const forgetCustomer: EventHandler = async (event, claim, now) => {
  const { objectId } = event;
  const customerId = await findCustomerNamed(objectId);
  if (!objectId || !customerId) return "foreign";
  const isGone = await forgetDeletedCustomer(customerId, objectId, { claim, now });
  if (!isGone) await withTransaction(claim); // Stripe still has it: nothing is left to do
  return "done";
};

/** Our customer behind a `cus_…`; null for a foreign one. */
async function findCustomerNamed(stripeCustomerId: unknown): Promise<CustomerId | null> {
  const owner = typeof stripeCustomerId === "string" ? await findOwner(stripeCustomerId) : null;
  return owner?.kind === "customer" ? owner.customerId : null;
}

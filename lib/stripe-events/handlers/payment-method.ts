import { followChangedCard } from "@/lib/auto-top-up";
import { findCustomerByStripeId } from "@/lib/customers";
import { findCardOwner, markDetached, mirrorCards, storeCard } from "@/lib/payment-methods";
import { retrieveCard } from "@/lib/stripe";
import type { EventHandler } from "../event-handler";

/** The network replaced the card, or renewed its expiry. */
const REPLACED = "payment_method.automatically_updated";

/** Handles `payment_method.*`: reads the card from Stripe and stores it, or marks it as detached. Auto top-up follows. */
export const handlePaymentMethod: EventHandler = async (event, claim, now) => {
  const { objectId } = event;
  if (!objectId) return "foreign";
  const knownOwner = await findCardOwner(objectId);
  const customerId = knownOwner ?? (await findCustomerByStripeId(event.object.customer));
  if (!customerId) return "foreign";
  const isOurs = await mirrorCards(customerId, {
    claim,
    read: () => retrieveCard(objectId),
    write: async (tx, card, { stripeCustomerId }) => {
      if (card?.stripeCustomerId === stripeCustomerId) {
        await storeCard(tx, customerId, card);
        const replacedAt = event.type === REPLACED ? event.occurredAt : null;
        await followChangedCard(tx, customerId, { ...card, replacedAt });
      } else if (knownOwner) await markDetached(tx, customerId, objectId, now);
    },
  });
  return isOurs ? "done" : "foreign";
};

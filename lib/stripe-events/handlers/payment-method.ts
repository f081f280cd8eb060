import { findOwner, storeDefaultCard } from "@/lib/customers";
import { findCardOwner, markDetached, storeCard } from "@/lib/payment-methods";
import { withTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import { retrieveCard, retrieveStripeCustomer } from "@/lib/stripe";
import type { EventHandler } from "../handler";

/** Every `payment_method.*` event: reads the card again and makes ours like it. */
export const syncCard: EventHandler = async (event, claim, now) => {
  if (!event.objectId) return "ignored";
  const card = await retrieveCard(event.objectId);
  const owner = card?.stripeCustomerId ? await findOwner(card.stripeCustomerId) : null;
  if (card && owner && card.livemode === livemode()) {
    await withTransaction(async (tx) => {
      if (await claim(tx)) await storeCard(tx, owner.customerId, card);
    });
    return "done";
  }
  // Not attached (any more): if it was one of ours it is gone.
  const customerId = await findCardOwner(event.objectId);
  if (!customerId) return "ignored";
  await withTransaction(async (tx) => {
    if (await claim(tx)) await markDetached(tx, customerId, event.objectId ?? "", now);
  });
  return "done";
};

/** `customer.updated`: the default card is Stripe's; ours is a mirror. */
export const syncCustomer: EventHandler = async (event, claim) => {
  const owner = event.objectId ? await findOwner(event.objectId) : null;
  if (!owner || !event.objectId) return "ignored";
  const customer = await retrieveStripeCustomer(event.objectId);
  if (!customer) return "ignored";
  await withTransaction(async (tx) => {
    if (await claim(tx)) await storeDefaultCard(tx, owner.customerId, customer.defaultPaymentMethodId);
  });
  return "done";
};

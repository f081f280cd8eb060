import { findCustomerByStripeId, storeDefaultCard } from "@/lib/customers";
import { forgetDeletedCustomer, mirrorCards } from "@/lib/payment-methods";
import { withTransaction } from "@/lib/platform/db";
import { retrieveStripeCustomer } from "@/lib/stripe";
import type { EventHandler } from "../event-handler";

/** Handles `customer.updated`: copies the default card, which Stripe decides. */
export const handleCustomerUpdated: EventHandler = async (event, claim) => {
  const { objectId } = event;
  const customerId = await findCustomerByStripeId(objectId);
  if (!objectId || !customerId) return "foreign";
  const isOurs = await mirrorCards(customerId, {
    claim,
    // A duplicate that Stripe created for our customer, and that we do not use, says nothing about its cards.
    read: async (link) => (link.stripeCustomerId === objectId ? retrieveStripeCustomer(objectId) : null),
    write: async (tx, customer) => {
      if (customer) await storeDefaultCard(tx, customerId, customer.defaultPaymentMethodId);
    },
  });
  return isOurs ? "done" : "foreign";
};

/** Handles `customer.deleted`: if Stripe confirms it, forgets the Stripe customer and its cards. */
export const handleCustomerDeleted: EventHandler = async (event, claim, now) => {
  const { objectId } = event;
  const customerId = await findCustomerByStripeId(objectId);
  if (!objectId || !customerId) return "foreign";
  const isDeleted = await forgetDeletedCustomer(customerId, objectId, { claim, now });
  if (!isDeleted) await withTransaction(claim); // nothing to do but to record the event
  return "done";
};

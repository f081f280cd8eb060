import type Stripe from "stripe";
import { stripe } from "./client";
import { callStripe, isStripeRefusal } from "./errors";

/** A postal address in Stripe's form. */
export type StripeAddress = Stripe.AddressParam;

/** The fields of a card that we store. */
export interface CardFacts {
  paymentMethodId: string;
  /** The `cus_…` of its owner. Null when it is not attached. */
  stripeCustomerId: string | null;
  livemode: boolean;
  brand: string;
  last4: string;
  expMonth: number;
  expYear: number;
  fingerprint: string | null;
  country: string | null;
  billingAddress: StripeAddress | null;
  billingName: string | null;
}

/** Returns the card of a payment method, or null when it is not a card or was not expanded. */
export function cardFacts(method: Stripe.PaymentMethod | string | null | undefined): CardFacts | null {
  if (!method || typeof method === "string" || !method.card) return null;
  const { card, billing_details: billing } = method;
  return {
    paymentMethodId: method.id,
    stripeCustomerId: idOf(method.customer),
    livemode: method.livemode,
    brand: card.brand,
    last4: card.last4,
    expMonth: card.exp_month,
    expYear: card.exp_year,
    fingerprint: card.fingerprint ?? null,
    country: card.country,
    billingAddress: billing.address?.country ? withoutNulls(billing.address) : null,
    billingName: billing.name,
  };
}

/** Retrieves a card. Returns null when it does not exist or is not a card. */
export async function retrieveCard(paymentMethodId: string): Promise<CardFacts | null> {
  try {
    return cardFacts(await callStripe(() => stripe().paymentMethods.retrieve(paymentMethodId)));
  } catch (error) {
    if (isStripeRefusal(error) && error.isMissing) return null;
    throw error;
  }
}

/** Returns the id of a reference, whether it is expanded or not. */
export function idOf(reference: string | { id: string } | null | undefined): string | null {
  return typeof reference === "string" ? reference : (reference?.id ?? null);
}

function withoutNulls(address: Stripe.Address): StripeAddress {
  return Object.fromEntries(Object.entries(address).filter(([, value]) => value !== null)) as StripeAddress;
}

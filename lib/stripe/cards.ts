import type Stripe from "stripe";
import { stripe } from "./client";
import { callStripe, isStripeRefusal } from "./errors";

/** A postal address in Stripe's form. */
export type StripeAddress = Stripe.AddressParam;

/** What we keep of a card. */
export interface CardFacts {
  paymentMethodId: string;
  /** `cus_…` of its owner; null when it is not attached (any more). */
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

/** The facts of a payment method; null when it is not a card or was not expanded. */
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

/** Reads a card again; null when Stripe does not know it or it is not a card. */
export async function retrieveCard(paymentMethodId: string): Promise<CardFacts | null> {
  try {
    return cardFacts(await callStripe(() => stripe().paymentMethods.retrieve(paymentMethodId)));
  } catch (error) {
    if (isStripeRefusal(error) && error.isMissing) return null;
    throw error;
  }
}

/** The id of something that may be expanded or not. */
export function idOf(reference: string | { id: string } | null | undefined): string | null {
  return typeof reference === "string" ? reference : (reference?.id ?? null);
}

function withoutNulls(address: Stripe.Address): StripeAddress {
  return Object.fromEntries(Object.entries(address).filter(([, value]) => value !== null)) as StripeAddress;
}

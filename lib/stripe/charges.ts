import type Stripe from "stripe";
import { type Cents, cents } from "@/lib/money";
import { idOf } from "./cards";
import { stripe } from "./client";
import { callStripe, isStripeRefusal } from "./errors";
import { type Listed, type ListWindow, pageParams, toPage } from "./list-page";

/** A charge: one attempt of a payment that reached the bank. */
export interface ChargeFacts {
  chargeId: string;
  /** Null for a charge that was made without a PaymentIntent, which is none of ours. */
  paymentIntentId: string | null;
  stripeCustomerId: string | null;
  amountCents: Cents;
  currency: string;
  /** Whether Stripe has the money. A pending bank debit is not paid, and neither is one that failed. */
  isPaid: boolean;
  metadata: Record<string, string>;
  livemode: boolean;
}

/** Lists one page of charges, newest first. */
export async function listCharges(window: ListWindow): Promise<Listed<ChargeFacts>> {
  return toPage(await callStripe(() => stripe().charges.list(pageParams(window))), facts);
}

/** Retrieves a charge. Returns null when it does not exist. */
export function retrieveCharge(chargeId: string): Promise<ChargeFacts | null> {
  return orNull(async () => facts(await callStripe(() => stripe().charges.retrieve(chargeId))));
}

/** Retrieves the latest charge of a payment. Returns null when there is no such payment, or it has no charge. */
export function retrieveChargeOfPayment(paymentIntentId: string): Promise<ChargeFacts | null> {
  return orNull(async () => {
    const params = { expand: ["latest_charge"] };
    const payment = await callStripe(() => stripe().paymentIntents.retrieve(paymentIntentId, params));
    const { latest_charge: charge } = payment;
    return charge && typeof charge === "object" ? facts(charge) : null;
  });
}

async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (isStripeRefusal(error) && error.isMissing) return null;
    throw error;
  }
}

function facts(charge: Stripe.Charge): ChargeFacts {
  return {
    chargeId: charge.id,
    paymentIntentId: idOf(charge.payment_intent),
    stripeCustomerId: idOf(charge.customer),
    amountCents: cents(BigInt(charge.amount)),
    currency: charge.currency,
    isPaid: charge.paid && charge.status === "succeeded",
    metadata: charge.metadata,
    livemode: charge.livemode,
  };
}

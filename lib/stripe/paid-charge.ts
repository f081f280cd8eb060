import type Stripe from "stripe";
import { type Cents, cents } from "@/lib/money";
import { idOf } from "./cards";

/** The payment that a refund, a dispute or a warning is about. */
export interface PaidCharge {
  paymentIntentId: string;
  /** What the payment took, tax included. */
  chargeCents: Cents;
  metadata: Record<string, string>;
  livemode: boolean;
}

/**
 * Reads the payment from an object whose `charge` and `payment_intent` are expanded; null for a charge that was made
 * without a PaymentIntent, which is none of ours.
 */
export function paidCharge(object: {
  charge: string | Stripe.Charge | null;
  payment_intent?: string | Stripe.PaymentIntent | null;
}): PaidCharge | null {
  const { charge, payment_intent: payment } = object;
  const paymentIntentId = idOf(payment ?? null);
  if (!charge || typeof charge === "string" || !paymentIntentId) return null;
  return {
    paymentIntentId,
    chargeCents: cents(BigInt(charge.amount)),
    // The charge has its own copy, from the time of the payment.
    metadata: (typeof payment === "object" ? payment?.metadata : charge.metadata) ?? {},
    livemode: charge.livemode,
  };
}

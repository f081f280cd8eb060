import { stripe } from "./client";
import { callStripe, isStripeRefusal } from "./errors";
import { type PaidCharge, paidCharge } from "./paid-charge";

/** What an early fraud warning says. */
export interface FraudWarningFacts {
  warningId: string;
  /** Whether a refund can still prevent a dispute: neither disputed nor fully refunded yet. */
  isActionable: boolean;
  fraudType: string;
  createdAt: Date;
  payment: PaidCharge;
}

/**
 * Reads an early fraud warning with its payment; null when Stripe does not know it, or it is of no PaymentIntent.
 *
 * @see https://docs.stripe.com/api/radar/early_fraud_warnings/object
 */
export async function retrieveFraudWarning(warningId: string): Promise<FraudWarningFacts | null> {
  try {
    const expand = ["charge", "payment_intent"];
    const warning = await callStripe(() => stripe().radar.earlyFraudWarnings.retrieve(warningId, { expand }));
    const payment = paidCharge(warning);
    if (!payment) return null;
    return {
      warningId: warning.id,
      isActionable: warning.actionable,
      fraudType: warning.fraud_type,
      createdAt: new Date(warning.created * 1000),
      payment,
    };
  } catch (error) {
    if (isStripeRefusal(error) && error.isMissing) return null;
    throw error;
  }
}

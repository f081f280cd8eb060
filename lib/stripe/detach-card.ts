import { retrieveCard } from "./cards";
import { stripe } from "./client";
import { callStripe, isStripeRefusal } from "./errors";

/**
 * Takes a card off its customer for good; Stripe also takes it out of the customer's default. One that is off already
 * stays so: Stripe's refusal of that has no code of its own, so the card is read again.
 *
 * @throws StripeUnavailableError no answer; repeating it does no harm
 */
export async function detachCard(paymentMethodId: string): Promise<void> {
  try {
    await callStripe(() => stripe().paymentMethods.detach(paymentMethodId));
  } catch (error) {
    if (!isStripeRefusal(error)) throw error;
    const card = error.isMissing ? null : await retrieveCard(paymentMethodId);
    if (card?.stripeCustomerId) throw error;
  }
}

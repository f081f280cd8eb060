import { retrieveCard } from "./cards";
import { stripe } from "./client";
import { callStripe, isStripeRefusal } from "./errors";

/**
 * Detaches a card from its customer for good. Stripe also removes it as the default. Does nothing when the card is detached
 * already: Stripe's refusal has no code of its own, so the card is read again.
 *
 * @throws StripeUnavailableError no response; retrying does no harm
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

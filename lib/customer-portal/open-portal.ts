import { ensureStripeCustomer } from "@/lib/customers";
import { forgetDeletedCustomer } from "@/lib/payment-methods";
import { env } from "@/lib/platform/env";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import {
  createPortalSession,
  ensurePortalConfiguration,
  forgetPortalConfiguration,
  isStripeRefusal,
} from "@/lib/stripe";

/** A customer deleted at Stripe costs one try more, a configuration that went another. */
const MAX_TRIES = 3;

/**
 * Opens Stripe's customer portal for a customer, who is made there at the first use, and made anew when Stripe has no such
 * customer any more. Nothing is written here but that; what is done in the portal comes back by events.
 *
 * @returns its address: good for one customer, for a few minutes until it is opened
 * @throws StripeRefusedError Stripe refuses, and would again: the configuration of the settings may not be there
 * @throws StripeUnavailableError no answer; nothing is lost, try again
 */
export async function openPortal(customerId: CustomerId, now: Date): Promise<string> {
  const returnUrl = `${env().APP_URL}/billing?${new URLSearchParams({ customer: customerId })}`;
  let hasLookedAgain = false;
  for (let n = 1; n <= MAX_TRIES; n++) {
    const stripeCustomerId = await ensureStripeCustomer(customerId);
    try {
      const configurationId = env().STRIPE_PORTAL_CONFIGURATION ?? (await ensurePortalConfiguration());
      return await createPortalSession({ stripeCustomerId, configurationId, returnUrl });
    } catch (error) {
      if (!isStripeRefusal(error)) throw error;
      // The event that a customer was deleted may be under way, or may never come.
      if (error.isMissing && (await forgetDeletedCustomer(customerId, stripeCustomerId, { now }))) continue;
      if (hasLookedAgain || env().STRIPE_PORTAL_CONFIGURATION !== undefined) throw error;
      // Ours may have been switched off since it was found.
      forgetPortalConfiguration();
      hasLookedAgain = true;
    }
  }
  throw new ServiceUnavailableError("The customer is changing at the payment provider. Please try again.");
}
